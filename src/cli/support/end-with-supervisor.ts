/**
 * A process that `assay dev` started holds a channel to it. When the channel closes the supervisor is gone, SIGKILL
 * included, and this process ends as if told to. Without a supervisor nothing happens.
 */
export function endWithSupervisor(self: NodeJS.Process): void {
  if (self.connected === undefined) return; // nobody gave us a channel
  const end = () => self.kill(self.pid, 'SIGTERM');
  // The supervisor may have gone while this process was still loading; the event is not sent again.
  if (!self.connected) return void end();
  self.once('disconnect', end);
  self.channel?.unref(); // a listener would otherwise keep a finished command alive
}
