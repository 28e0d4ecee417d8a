/**
 * Tells V8 what kind of program minit is: most of its code runs a few hundred times at boot and
 * hardly ever again. Imported first, before the memory it is about has grown. See decision 0005.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8';

// A young generation that has grown is memory that is not given back: 10 MB after a big boot.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--optimize-for-size');
// Optimize what is hot in the long run, not what is hot at boot: that took a quarter of its CPU
// time. Later versions count in other ways, and complain of a flag that they do not know.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000');
