import { drawArmsTask } from './draw-arms.ts';
import { evaluateBatch } from './evaluate-batch.ts';
import { extractKeys } from './extract-keys.ts';
import type { ThreadTask } from './pool.ts';

/** Entry point of a pool thread: pure computation on transferred buffers, no I/O. */
export default function thread(task: ThreadTask): unknown {
  switch (task.kind) {
    case 'evaluate-batch':
      return evaluateBatch(task);
    case 'extract-keys':
      return extractKeys(task);
    case 'draw-arms':
      return drawArmsTask(task);
  }
}
