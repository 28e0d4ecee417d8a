/**
 * The simulated adapters keep the contracts of the ports.
 *
 * @module
 */
import { createSimulatedEventLog } from '../../adapters/simulated/event-log';
import { createSimulatedControl } from '../../adapters/simulated/ports';
import { createSchedule } from '../../adapters/simulated/schedule';
import { defineTree, simulatedRoot } from '../../adapters/simulated/tree';
import { createWorld } from '../../adapters/simulated/world';
import {
  simulatedError,
  type Behaviour,
  type Behaviours,
} from '../../adapters/simulated/behaviours';
import { describeClockContract } from './clock';
import { describeControlContract } from './control';
import { describeDirectoriesContract } from './directories';
import { describeEventLogContract } from './event-log';
import { describeProcessesContract } from './processes';
import { describeTimersContract } from './timers';
import { describeTurnsContract } from './turns';

const tree = defineTree({ web: { mode: 'respawn', depends: ['db'] }, db: { isBundle: true } });

/** Programs of which the contract starts as many as it likes, each under a name with a number. */
function numbered(program: string, behaviour: Behaviour): Behaviours {
  return Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`${program}/${String(i)}`, [behaviour]]),
  );
}

const behaviours: Behaviours = {
  ...numbered('exits-3', { livesUs: 5, exit: { code: 3 } }),
  ...numbered('lives', { livesUs: Infinity }),
  ...numbered('ignores-term', { livesUs: Infinity, termUs: 'ignored' }),
  ...numbered('missing', { failure: { ...simulatedError('ENOENT'), stage: 'execute' } }),
  ...numbered('logger', { livesUs: Infinity }),
};

function world() {
  const { ports, advance } = createWorld({ seed: 1, tree, behaviours });
  const goOn = (): void => {
    advance(1_000_000);
  };
  return { ports, goOn };
}

describeClockContract('the simulated clock', () => {
  const { ports, goOn } = world();
  return { port: ports.clock, goOn };
});

describeTimersContract('the simulated timers', () => {
  const { ports, goOn } = world();
  return { port: ports.timers, clock: ports.clock, goOn };
});

describeTurnsContract('the simulated turns', () => {
  const { ports, goOn } = world();
  return { port: ports.turns, goOn };
});

describeDirectoriesContract('the simulated directories', () => {
  const { ports, goOn } = world();
  return { port: ports.directories, goOn };
});

describeProcessesContract('simulated processes', () => {
  const { ports, goOn } = world();
  return {
    port: ports.processes,
    goOn,
    ignoring: () => Promise.resolve(),
    params: (program) => ({
      path: `/sbin/${program}`,
      argv: [program],
      workingDirectory: simulatedRoot,
    }),
  };
});

const runAll = (schedule: ReturnType<typeof createSchedule>) => (): void => {
  while (schedule.step(Infinity));
};

function control(failures: number) {
  const schedule = createSchedule(0, undefined);
  const port = createSimulatedControl(schedule, failures);
  return {
    port,
    goOn: runAll(schedule),
    send: (request: string) => void port.send(request),
    numbered: port.numbered,
    received: (seq: number) =>
      port.exchanges.find((exchange) => exchange.seq === seq)?.replies.join('') ?? '',
  };
}

describeControlContract(
  'the simulated control',
  () => control(0),
  () => control(1),
);

describeEventLogContract('the simulated event log', () => {
  const schedule = createSchedule(0, undefined);
  const port = createSimulatedEventLog({
    schedule,
    changes: () => false,
    appended: () => undefined,
  });
  return {
    port,
    goOn: runAll(schedule),
    written: () => port.records.slice(0, port.writtenCount()),
    setFull: port.setFull,
  };
});
