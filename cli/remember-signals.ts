/**
 * To be imported first, before whatever takes its time.
 *
 * @module
 */
import { rememberSignals } from '../adapters/early-signals';

rememberSignals();
