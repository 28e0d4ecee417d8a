/**
 * For jest two persistent maps are equal when their entries are, whatever became of them in between.
 *
 * @module
 */
const { PersistentMap } = require('../../machines/persistent-map');

expect.addEqualityTesters([
  function areMapsEqual(first, second, testers) {
    const areMaps = first instanceof PersistentMap && second instanceof PersistentMap;
    return areMaps ? this.equals(first.toJSON(), second.toJSON(), testers) : undefined;
  },
]);
