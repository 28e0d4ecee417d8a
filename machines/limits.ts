/**
 * The bounds that decide, or that a user meets, in one place: each with its unit in its name; `Max` is
 * inclusive. A bound that only keeps one file's buffers or output small stands in that file.
 *
 * @module
 */

/** Bytes in a service name (the directory relative to ROOT). */
export const nameBytesMax = 255;

/** Bytes in one request on the FIFO: the original's buffer, and well under PIPE_BUF. */
export const requestBytesMax = 1_500;

/** Bytes read of `params` and of `depends`; execve(2) takes no more than about 2 MB in all. */
export const paramsBytesMax = 1_048_576;
export const dependsBytesMax = 1_048_576;

/** The highest PID that a Linux kernel gives (PID_MAX_LIMIT). */
export const pidMax = 4_194_304;

/** Start requests that the history request `h` remembers. */
export const historyLengthMax = 10;

/** A process that lived shorter than this is started again only after a pause. */
export const shortLifeUs = 1_000_000;
export const respawnDelayMs = 500;

/** Delays between attempts when a process cannot be started at all: doubled each time. */
export const retryDelayMs = 100;
export const retryDelayMsMax = 30_000;

/** Time between TERM and KILL at shutdown, unless the command line says otherwise. */
export const graceMsDefault = 3_000;
export const graceMsMax = 3_600_000;

/**
 * At the end of a machine: how long what no KILL ends is waited for, how long one system call may take,
 * and all that unmounts together. What hangs longer (a dead file server) must not keep a machine from its end.
 */
export const killWaitMs = 2_000;
export const endCallMsMax = 10_000;
export const unmountMsMax = 30_000;

/** Time in which a daemon that has gone to the background must have its PID told, and its PID file written. */
export const pidAwaitMsMax = 30_000;

/** A second request to end minit that comes sooner is the first one again, forwarded. */
export const sameRequestUs = 500_000;

/** A start request is answered after this time even if its process is not there yet (a hanging exec). */
export const startReplyDelayMs = 1_000;

/** Pause before the event log is tried again when it cannot be written. */
export const logRetryDelayMs = 5_000;
export const controlRetryDelayMs = 5_000;

/** Pause before the emergency shell is tried again when it could not be started, or ended at once. */
export const emergencyRetryDelayMs = 5_000;
export const emergencyShortLifeUs = 1_000_000;

/**
 * minit is executed anew after a fault of its own. When that has happened so often, each time within so
 * long of the time before, the console is given to an administrator first.
 */
export const failuresInARowMax = 5;
export const failuresApartUs = 60_000_000;

/** An effect that throws when it is performed again is left out when minit has failed so often in a row. */
export const failuresBeforeLeftOut = 3;

/** Time in which a new program must show that it starts, before it is executed in the place of this one. */
export const trialMsMax = 30_000;

/** CPU time in user mode without a turn of the loop, after which minit is taken to be in an endless loop. */
export const watchdogSeconds = 10;
/**
 * Event log: bytes in a segment before the next begins, segments kept, bytes held in memory. Small: `/run`
 * is memory, and a crash loop writes 4 kB a second for as long as nobody looks.
 */
export const segmentBytesMax = 2 * 1_048_576;
export const segmentsMax = 8;
export const logBufferBytesMax = 4 * 1_048_576;

/** UTF-16 units of an answer in JSON that are put on record. */
export const recordedReplyMax = 512;

/** Exits of unknown processes that are kept while the outcome of a spawn is awaited. */
export const unclaimedExitsMax = 4_096;

/** Spawns under way at once; where each needs a thread, as many threads. */
export const spawnsInFlightMax = 32;
export const spawnThreadsMax = 6;
