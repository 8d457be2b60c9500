import { Disk } from './disk.ts';
import type { Fault } from './options.ts';
import type { Pod } from './process.ts';
import type { World } from './world.ts';

const hourMs = 3_600_000;

/** Something goes wrong, somewhere. */
export function strike(world: World, fault: Fault): void | Promise<void> {
  const { random, options } = world;
  const pod = world.pods[Math.floor(random() * world.pods.length)]!;
  const { process } = pod;
  const isUp = process?.alive ?? false;
  switch (fault) {
    case 'kill':
      if (isUp) world.kill(process!);
      return;
    case 'pause':
      if (isUp) process!.pausedUntilMs = world.nowMs() + random() * 10 * options.ttlMs;
      return;
    case 'partition':
      pod.partitionedUntilMs = world.nowMs() + random() * 4 * options.ttlMs;
      return;
    case 'reboot':
      return reboot(world, pod);
    case 'replace_pod':
      return replace(world, pod);
    case 'ledger_down':
      world.network.ledgerDownUntilMs = world.nowMs() + random() * 2 * options.ttlMs;
      return;
    case 'ledger_clock_jump':
      world.ledgerOffsetMs += random() < 0.5 ? hourMs : -hourMs;
      return;
    case 'wall_clock_jump':
      pod.machine.wallOffsetMs += random() < 0.5 ? hourMs : -hourMs;
      return;
    case 'disk_full':
      return fillDisk(world, pod);
    case 'second_process':
      if (isUp && !pod.isReplaced) startSecond(world, pod);
      return;
    case 'drain':
      if (isUp) drain(world, pod);
      return;
    case 'stale_register':
      return world.network.deliverStaleRegister();
  }
}

/** The machine goes down; its disk comes back as it is, as it was, torn or empty. */
function reboot(world: World, pod: Pod): void {
  if (pod.process?.alive) world.kill(pod.process);
  pod.machine = { ...pod.machine, bootId: world.newId('boot'), bootedAtMs: world.nowMs() };
  const choice = world.random();
  if (choice < 0.4) pod.disk.revert(world.random);
  else if (choice < 0.6) pod.disk.tear(world.random);
  else if (choice < 0.8) pod.disk = new Disk();
}

/** The node is taken for lost and the pod started elsewhere, while the old one may live on, cut off or not. */
function replace(world: World, pod: Pod): void {
  if (pod.isReplaced) return;
  const { random, options } = world;
  pod.isReplaced = true;
  const untilMs = world.nowMs() + random() * 4 * options.ttlMs;
  if (random() < 0.5) pod.partitionedUntilMs = untilMs;
  world.addPod(pod.instance);
  world.at(untilMs, () => {
    if (pod.process) world.kill(pod.process);
    world.pods.splice(world.pods.indexOf(pod), 1);
  });
}

function fillDisk(world: World, pod: Pod): void {
  pod.disk.full = true;
  world.at(world.nowMs() + world.random() * world.options.ttlMs, () => {
    pod.disk.full = false;
    // It stopped granting for good; its readiness probe has it replaced.
    if (pod.process?.alive && pod.process.engine.status().phase === 'stopped') world.kill(pod.process);
  });
}

/** By mistake, on the same journal. The first goes on, since nobody ended it. */
function startSecond(world: World, pod: Pod): void {
  const first = pod.process!;
  const second = world.launch(pod);
  if (second === null) return;
  world.at(world.nowMs() + world.options.ttlMs, () => world.kill(first));
  first.pausedUntilMs = 0;
  const spend = () => {
    if (!first.alive) return;
    world.act(first, () => {
      const tenantId = world.tenantIds[0]!;
      if (first.engine.decide(tenantId, 1) >= 0) first.expected += 1;
    });
    world.at(world.nowMs() + 10, spend);
  };
  spend();
}

/** SIGTERM: gives everything back, then exits; started again later. */
function drain(world: World, pod: Pod): void {
  const process = pod.process!;
  world.act(process, () =>
    process.engine.drain(() => {
      process.alive = false;
      world.at(world.nowMs() + 200, () => world.startPod(pod));
    }),
  );
  world.at(world.nowMs() + 3 * world.options.ttlMs, () => world.kill(process));
}
