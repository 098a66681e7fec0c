import { describeFailure } from './cli/failure.ts';
import { warn } from './cli/output.ts';
import { runCommandLine } from './cli/program.ts';
import { keepHeapSmall } from './observability/heap.ts';

/** Whatever nobody caught: said in one sentence, and the process ends, because nobody knows what state it is in. */
function fatal(error: unknown): void {
  warn(`parley: ${describeFailure(error)}`);
  process.exit(1);
}

process.on('uncaughtException', fatal);
process.on('unhandledRejection', fatal);
// `parley outbox list | head` closes our output early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

keepHeapSmall();
try {
  await runCommandLine(process.argv);
} catch (error) {
  // A gateway that failed half-way through its start has open sockets, which would keep the process.
  fatal(error);
}
