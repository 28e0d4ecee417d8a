/**
 * Does nothing: what Node's own start costs.
 *
 * @module
 */
