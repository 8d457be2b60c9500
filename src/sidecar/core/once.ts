/** A transport that answers twice is heard once. */
export function once<T>(receive: (answer: T) => void): (answer: T) => void {
  let heard = false;
  return (answer) => {
    if (heard) return;
    heard = true;
    receive(answer);
  };
}
