/**
 * What a service's machine does about a daemon that puts itself into the background: `run` has
 * exited 0 after somebody (pidfilehack) told minit to expect a PID, and the PID has not come yet. It
 * is a state with a time limit, and not a race between an exit and a request.
 *
 * Apart from service.ts only for the length of that file.
 *
 * @module
 */
import {
  cancelPidTimer,
  readService,
  reportFailure,
  sendContinue,
  sendKill,
  sendTerminate,
  startPidTimer,
  watchProcess,
} from './service-effects';

/** `running`, ahead of all that an exit does there: it is the daemon's PID that counts from now on. */
export const intoBackground = {
  guard: 'goesToBackground',
  target: '.backgrounded',
  actions: ['noteBackgrounded', startPidTimer],
} as const;

/** There is no process that could be signalled: whoever asks for its end gets it at once. */
const givenUp = {
  target: '#service.finished',
  actions: ['noteStopRequested', 'noteChange', cancelPidTimer],
} as const;

/** The inner state of `running` in which no process is known; without PID, `run` counts as failed. */
export const backgrounded = {
  on: {
    PidSet: { target: 'ready', actions: ['noteAdopted', watchProcess, cancelPidTimer] },
    PidTimerFired: [
      {
        guard: 'isWantedUp',
        target: '#service.starting.reading',
        actions: ['noteNoPid', reportFailure, 'noteRestart', readService],
      },
      { guard: 'isSync', target: '#service.sync-done', actions: ['noteNoPid', reportFailure] },
      { target: '#service.finished', actions: ['noteNoPid', reportFailure] },
    ],
    StopRequested: givenUp,
    ShutdownRequested: givenUp,
    DrainRequested: givenUp,
    KillRequested: givenUp,
    // It is expected already, and asking again must not make the time longer.
    PidExpected: {},
    ProcessExited: {},
    SignalRequested: {},
  },
} as const;

/**
 * `stopping`: the PID that was expected comes while `run` is being ended. Nobody else would end the
 * daemon, so that it gets the signal that `run` was sent.
 */
export const terminateAwaited = {
  guard: 'expectsPid',
  actions: ['noteAdopted', watchProcess, sendTerminate, sendContinue],
} as const;
export const killAwaited = {
  guard: 'expectsPid',
  actions: ['noteAdopted', watchProcess, sendKill],
} as const;
