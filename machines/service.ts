/**
 * The state machine of one service, as XState's configuration.
 *
 * | state          | there is a process | it means                                                  |
 * | -------------- | ------------------ | --------------------------------------------------------- |
 * | `down`         | no                 | not started since minit began, or stopped before it ran   |
 * | `waiting-deps` | no                 | asked for; its directory is read, its dependencies awaited |
 * | `starting`     | not yet known      | `reading` its directory again, or `spawning` its process  |
 * | `running`      | yes                | `ready`, or `paused` by SIGSTOP                           |
 * |                | not yet known      | `backgrounded`: `run` has exited, its daemon's PID is awaited |
 * | `stopping`     | yes                | asked to end; how firmly is the inner state               |
 * | `respawning`   | no                 | a timer runs until the next attempt                       |
 * | `sync-done`    | no                 | a `sync` service that has terminated                      |
 * | `finished`     | no                 | has run, or was stopped; does not start again by itself   |
 * | `failed`       | no                 | could not be started, and is not wanted `up`              |
 *
 * What the operator wants (`up`, `once`, `down`) is in the context, apart from the state: a
 * `stopping` service that is wanted `up` starts again when it has ended, a `running` one that is
 * wanted `once` does not. `down` × any state but `stopping` leads to rest at the next exit.
 *
 * Timers are effects (`StartTimer`), their ends are events: no `after`, no `invoke`, so that the
 * machine is a pure table which can be walked, drawn and replayed.
 *
 * @module
 */
import type { ChartConfig, Implementation } from './chart-config';
import { serviceGuards } from './service-guards';
import { initialContext, notes } from './service-notes';
import type { ServiceInput } from './service-context';
import {
  backgrounded,
  intoBackground,
  killAwaited,
  terminateAwaited,
} from './service-backgrounded';
import {
  cancelGraceTimer,
  cancelRespawnTimer,
  readService,
  reportFailedStep,
  reportFailure,
  reportNoProgram,
  sendContinue,
  sendKill,
  sendRequestedSignal,
  sendTerminate,
  spawnProcess,
  startGraceTimer,
  startRespawnTimer,
  startRetryTimer,
  watchProcess,
} from './service-effects';

/** Both flags can be set in any state; where they change what is wanted, the state says so itself. */
const respawnFlag = {
  RespawnEnabled: { actions: 'noteRespawnEnabled' },
  RespawnDisabled: { actions: 'noteRespawnDisabled' },
} as const;

/** Leaves a state of rest: by a start request, or because somebody tells us the PID. */
const fromRest = {
  StartRequested: { target: 'waiting-deps', actions: ['noteStartRequested', 'noteGraceOver'] },
  PidSet: { target: 'running', actions: ['noteAdoptedFromRest', watchProcess] },
  StopRequested: { actions: 'noteStopRequested' },
  ShutdownRequested: { guard: 'isBundleNotSetDown', actions: 'noteTakenDown' },
  RespawnEnabled: { actions: 'noteRespawnEnabledAtRest' },
  RespawnDisabled: { actions: 'noteRespawnDisabled' },
} as const;

/**
 * A service that is wanted up never gives up, and what failed for a reason that passes is tried again. Also one
 * that was to be stopped, and asked for again meanwhile.
 */
const failedStart = [
  {
    guard: 'willRetry',
    target: '#service.respawning',
    actions: ['noteFailure', reportFailure, startRetryTimer],
  },
  { target: '#service.failed', actions: ['noteFailure', reportFailure] },
] as const;

export const serviceImplementation = {
  guards: serviceGuards,
  notes,
} as const satisfies Implementation;

export const serviceChart = {
  id: 'service',
  context: ({ input }: { readonly input: ServiceInput }) => initialContext(input),
  initial: 'down',
  states: {
    down: { on: fromRest },

    'waiting-deps': {
      always: [
        {
          guard: 'isUnusableButWantedUp',
          target: 'respawning',
          actions: ['noteUnusable', reportFailure, startRetryTimer],
        },
        { guard: 'isUnusable', target: 'failed', actions: ['noteUnusable', reportFailure] },
        { guard: 'isReadyBundleWithSync', target: 'sync-done', actions: 'noteBundleDone' },
        { guard: 'isReadyBundle', target: 'finished', actions: 'noteBundleDone' },
        { guard: 'isReady', target: 'starting.spawning', actions: ['noteChange', spawnProcess] },
      ],
      on: {
        DefinitionRead: { guard: 'isUnread', actions: 'noteDefinition' },
        DependencySettled: { actions: 'noteDependencySettled' },
        DependencyDropped: { actions: 'noteDependencyDropped' },
        StopRequested: { target: 'down', actions: ['noteStopRequested', 'noteChange'] },
        ShutdownRequested: { target: 'down', actions: ['noteStopRequested', 'noteChange'] },
        DrainRequested: { target: 'down', actions: ['noteStopRequested', 'noteChange'] },
        PidSet: { target: 'running', actions: ['noteAdopted', watchProcess] },
        ...respawnFlag,
      },
    },

    starting: {
      initial: 'reading',
      states: {
        reading: {
          on: {
            DefinitionRead: [
              {
                guard: 'wouldBeUnusableButWantedUp',
                target: '#service.respawning',
                actions: ['noteDefinition', 'noteUnusable', reportFailure, startRetryTimer],
              },
              {
                guard: 'wouldBeUnusable',
                target: '#service.failed',
                actions: ['noteDefinition', 'noteUnusable', reportFailure],
              },
              {
                guard: 'wouldBeBundle',
                target: '#service.finished',
                actions: ['noteDefinition', 'noteBundleDone', reportNoProgram],
              },
              { target: 'spawning', actions: ['noteDefinition', spawnProcess] },
            ],
            DefinitionMissing: failedStart,
            PidSet: { target: '#service.running', actions: ['noteAdopted', watchProcess] },
            StopRequested: {
              target: '#service.finished',
              actions: ['noteStopRequested', 'noteChange'],
            },
            ShutdownRequested: {
              target: '#service.finished',
              actions: ['noteStopRequested', 'noteChange'],
            },
            DrainRequested: {
              target: '#service.finished',
              actions: ['noteStopRequested', 'noteChange'],
            },
          },
        },
        spawning: {
          on: {
            ProcessSpawned: [
              {
                guard: 'hasPidToAdopt',
                target: '#service.running',
                actions: ['noteAdoptedEarly', watchProcess],
              },
              { target: '#service.running', actions: 'noteSpawned' },
            ],
            SpawnFailed: failedStart,
            PidSet: { actions: 'notePidToAdopt' },
            PidExpected: { actions: 'notePidExpected' },
            StopRequested: {
              target: '#service.stopping.spawning',
              actions: ['noteStopRequested', 'noteChange'],
            },
            ShutdownRequested: {
              target: '#service.stopping.spawning',
              actions: ['noteStopRequested', 'noteChange', startGraceTimer],
            },
            DrainRequested: {
              target: '#service.stopping.spawning',
              actions: ['noteStopRequested', 'noteChange', startGraceTimer],
            },
          },
        },
      },
      on: { ...respawnFlag },
    },

    running: {
      initial: 'ready',
      states: { ready: {}, paused: {}, backgrounded },
      on: {
        ProcessExited: [
          intoBackground,
          {
            guard: 'livedShortAndIsWantedUp',
            target: 'respawning',
            actions: ['noteExit', startRespawnTimer],
          },
          {
            guard: 'isWantedUp',
            target: 'starting.reading',
            actions: ['noteExit', 'noteRestart', readService],
          },
          // It releases its dependents all the same: a failing step must not stop a boot.
          { guard: 'isFailingSync', target: 'sync-done', actions: ['noteExit', reportFailedStep] },
          { guard: 'isSync', target: 'sync-done', actions: 'noteExit' },
          { target: 'finished', actions: 'noteExit' },
        ],
        SignalRequested: [
          { guard: 'isStopSignal', target: '.paused', actions: [sendRequestedSignal] },
          { guard: 'isContinueSignal', target: '.ready', actions: [sendRequestedSignal] },
          { actions: [sendRequestedSignal] },
        ],
        StopRequested: {
          target: 'stopping.terminating',
          actions: ['noteStopRequested', 'noteChange', sendTerminate, sendContinue],
        },
        ShutdownRequested: {
          target: 'stopping.terminating',
          actions: [
            'noteStopRequested',
            'noteChange',
            sendTerminate,
            sendContinue,
            startGraceTimer,
          ],
        },
        DrainRequested: {
          target: 'stopping.draining',
          actions: ['noteStopRequested', 'noteChange', sendContinue, startGraceTimer],
        },
        KillRequested: {
          target: 'stopping.killing',
          actions: ['noteStopRequested', 'noteChange', sendKill, startGraceTimer],
        },
        PidSet: [
          // It stays in the foreground after all, and is watched as the child that it is.
          { guard: 'isOwnPid', actions: 'notePidKnown' },
          { actions: ['noteAdopted', watchProcess] },
        ],
        PidExpected: { actions: 'notePidExpected' },
        ...respawnFlag,
      },
    },

    stopping: {
      initial: 'terminating',
      states: {
        /** The process is on its way and must be told as soon as its PID is known. */
        spawning: {
          on: {
            ProcessSpawned: [
              { guard: 'isLogAtTheEnd', target: 'draining', actions: 'noteSpawnedLate' },
              {
                guard: 'hasPidToAdopt',
                target: 'terminating',
                actions: ['noteAdoptedEarly', watchProcess, sendTerminate, sendContinue],
              },
              { target: 'terminating', actions: ['noteSpawnedLate', sendTerminate, sendContinue] },
            ],
            SpawnFailed: [
              {
                guard: 'isUnwanted',
                target: '#service.finished',
                actions: ['noteFailure', cancelGraceTimer],
              },
              ...failedStart,
            ],
            PidSet: { actions: 'notePidToAdopt' },
            ShutdownRequested: { actions: ['noteStopRequested', startGraceTimer] },
            DrainRequested: { actions: ['noteStopRequested', startGraceTimer] },
            KillRequested: { actions: 'noteStopRequested' },
            // The exec itself hangs; nobody can be signalled, and the shutdown must not wait for ever.
            StopTimerFired: { target: 'stuck' },
          },
        },
        /** A log service whose pipe was closed; it reads what is left and ends by itself. */
        draining: {
          on: {
            StopTimerFired: {
              target: 'terminating',
              actions: [sendTerminate, sendContinue, startGraceTimer],
            },
          },
        },
        terminating: {
          on: {
            StopTimerFired: { target: 'killing', actions: [sendKill, startGraceTimer] },
            PidSet: terminateAwaited,
            ShutdownRequested: { actions: ['noteStopRequested', startGraceTimer] },
            DrainRequested: { actions: ['noteStopRequested', startGraceTimer] },
          },
        },
        killing: {
          on: {
            StopTimerFired: { target: 'stuck' },
            // Its grace time runs already, and asking once more must not make it longer.
            KillRequested: { actions: sendKill },
            PidSet: killAwaited,
          },
        },
        /** Not even KILL ended it (a process in the kernel's hands): the shutdown goes on without it. */
        stuck: {
          on: {
            ProcessSpawned: {
              target: 'killing',
              actions: ['noteSpawnedLate', sendKill, startGraceTimer],
            },
            SpawnFailed: [
              { guard: 'isUnwanted', target: '#service.finished', actions: 'noteFailure' },
              ...failedStart,
            ],
            PidSet: killAwaited,
            // The next shutdown: it may have been asked for again after the one that gave it up.
            ShutdownRequested: { actions: 'noteStopRequested' },
          },
        },
      },
      on: {
        ProcessExited: [
          {
            guard: 'isStillWanted',
            target: 'starting.reading',
            actions: ['noteExit', cancelGraceTimer, readService],
          },
          { target: 'finished', actions: ['noteExit', cancelGraceTimer] },
        ],
        StartRequested: { actions: 'noteStartRequested' },
        // In `spawning`, and in `stuck` after it, there is nothing to signal yet.
        StopRequested: [
          { guard: 'hasProcess', actions: ['noteStopRequested', sendTerminate, sendContinue] },
          { actions: 'noteStopRequested' },
        ],
        SignalRequested: { guard: 'hasProcess', actions: [sendRequestedSignal] },
        KillRequested: {
          guard: 'hasProcess',
          target: '.killing',
          actions: ['noteStopRequested', sendKill, startGraceTimer],
        },
        PidSet: { guard: 'hasProcess', actions: ['noteAdopted', watchProcess] },
        RespawnEnabled: { actions: 'noteRespawnEnabledWhileStopping' },
        RespawnDisabled: { actions: 'noteRespawnDisabled' },
      },
    },

    respawning: {
      on: {
        RespawnTimerFired: {
          target: 'starting.reading',
          actions: ['noteRestart', 'noteChange', readService],
        },
        StartRequested: {
          target: 'waiting-deps',
          actions: ['noteStartRequested', cancelRespawnTimer],
        },
        RespawnDisabled: {
          target: 'finished',
          actions: ['noteRespawnDisabled', 'noteChange', cancelRespawnTimer],
        },
        RespawnEnabled: { actions: 'noteRespawnEnabled' },
        StopRequested: {
          target: 'finished',
          actions: ['noteStopRequested', 'noteChange', cancelRespawnTimer],
        },
        ShutdownRequested: {
          target: 'finished',
          actions: ['noteStopRequested', 'noteChange', cancelRespawnTimer],
        },
        DrainRequested: {
          target: 'finished',
          actions: ['noteStopRequested', 'noteChange', cancelRespawnTimer],
        },
        PidSet: { target: 'running', actions: ['noteAdopted', watchProcess, cancelRespawnTimer] },
      },
    },

    'sync-done': { on: fromRest },
    finished: { on: fromRest },
    failed: { on: fromRest },
  },
} as const satisfies ChartConfig;
