/**
 * A process that `assay dev` started holds a channel to it. When the channel closes the supervisor is gone, SIGKILL
 * included, and this process ends as if told to. Without a supervisor nothing happens.
 */
export function endWithSupervisor(self: NodeJS.Process): void {
  if (self.channel === undefined || self.channel === null) return;
  self.once('disconnect', () => self.kill(self.pid, 'SIGTERM'));
  self.channel.unref(); // a listener would otherwise keep a finished command alive
}
