/**
 * Whether a terminal gets colours.
 *
 * @module
 */

/** By its environment: not where NO_COLOR says something (https://no-color.org), nor where the terminal knows no colours. */
export const mayColour = ({ NO_COLOR = '', TERM }: NodeJS.ProcessEnv): boolean =>
  NO_COLOR === '' && TERM !== 'dumb';
