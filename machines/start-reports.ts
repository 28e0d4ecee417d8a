/**
 * What is said about the start order: each skipped dependency with the file and line that asked for
 * it, and what is wrong in a service directory. Pure.
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from './definition';
import { describeErrorCode } from './describe-failure';
import type { SystemError } from './events';
import { isKernelWord } from './kernel-words';
import type { Asker } from './state';
import { emit, type Step } from './step';

type DependentAsker = Asker & { readonly kind: 'dependent' };

/** Why a service cannot be started, for whoever asked for it. */
export const whyUnreadable = ({ code }: SystemError): string =>
  code === 'ENOENT'
    ? 'there is no such service'
    : `its directory cannot be read: ${describeErrorCode(code)} (${code})`;

/** `asker`'s dependency cannot be read at all. */
export function reportMissing(
  step: Step,
  asker: DependentAsker,
  missing: { service: ServiceName; error: SystemError },
): void {
  const remedy = missing.error.code === 'ENOENT' ? '; make it, or remove the line' : '';
  emit(step, 'Report', {
    severity: 'error',
    code: 'dependency-missing',
    service: asker.name,
    ...dependsFile(step, asker),
    text: `dependency "${missing.service}" skipped: ${whyUnreadable(missing.error)}${remedy}`,
  });
}

export function reportIgnoredWord(step: Step, word: string, error: SystemError): void {
  const { role, root } = step.draft;
  emit(step, 'Report', {
    // A kernel hands its init words of all kinds; a person means what they type.
    severity: role === 'process' ? 'warning' : 'note',
    code: 'word-ignored',
    text:
      role !== 'process' && isKernelWord(word)
        ? `argument "${word}" taken for the console; ${whyUnreadable(error)} in ${root}`
        : `argument "${word}" ignored: ${whyUnreadable(error)} in ${root}`,
  });
}

export function reportNothingToStart(step: Step, error: SystemError): void {
  const remedy =
    'make a service "default" that depends on the others, or name services on the command line';
  emit(step, 'Report', {
    severity: 'error',
    code: 'nothing-to-start',
    file: `${step.draft.root}/default`,
    text: `nothing to start: ${error.code === 'ENOENT' ? remedy : whyUnreadable(error)}`,
  });
}

export function reportReadDelayed(step: Step, service: ServiceName, { code }: SystemError): void {
  emit(step, 'Report', {
    severity: 'warning',
    code: 'read-delayed',
    file: `${step.draft.root}/${service}`,
    text: `cannot read the directory just now, and tries again: ${describeErrorCode(code)} (${code})`,
  });
}

function dependsFile({ draft }: Step, asker: DependentAsker) {
  const directory =
    draft.services.get(asker.name)?.context.definition.directory ?? `${draft.root}/${asker.name}`;
  return asker.line === 0
    ? { file: `${directory}/log` }
    : { file: `${directory}/depends`, line: asker.line };
}

export function reportBlackListed(step: Step, asker: DependentAsker, service: ServiceName): void {
  emit(step, 'Report', {
    severity: 'note',
    code: 'dependency-black-listed',
    service: asker.name,
    ...dependsFile(step, asker),
    text: `dependency "${service}" skipped: black-listed on the command line`,
  });
}

/** `asker`'s dependency closes the cycle whose services are `path`, the first one again at the end. */
export function reportCycle(step: Step, asker: DependentAsker, path: readonly ServiceName[]): void {
  emit(step, 'Report', {
    severity: 'error',
    code: 'dependency-cycle',
    service: asker.name,
    ...dependsFile(step, asker),
    text: `dependency "${path[0] ?? ''}" skipped: it closes the cycle ${path.join(' -> ')}; remove one of these lines`,
  });
}

export function reportProblems(
  step: Step,
  service: ServiceName,
  definition: ServiceDefinition,
): void {
  for (const { severity, file, line, text } of definition.problems) {
    // What keeps the program from running is reported as the failed start that it is.
    if (severity === 'error' && file === 'params') continue;
    emit(step, 'Report', {
      severity,
      code: 'definition',
      service,
      file: `${definition.directory}/${file}`,
      ...(line !== undefined && { line }),
      text,
    });
  }
}
