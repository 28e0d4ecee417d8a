/**
 * What a plan begins with, from a log on record.
 *
 * @module
 */
import { basisFromLog, type PlanBasis } from '../../adapters/plan-basis';
import { planOf } from '../../insight/plan/plan';
import { planLines } from '../../insight/plan/plan-report';

describe('a plan in the middle of a boot on record', () => {
  const path = `${__dirname}/../golden/demo.v1.jsonl`;
  const planned = (...services: readonly string[]): string[] => {
    const basis = basisFromLog({ path, at: '17', root: undefined }) as PlanBasis;
    return planLines(planOf({ order: { kind: 'start', services }, ...basis }), 'the log');
  };

  it('takes directories that had not been read by then as they were read afterwards', () => {
    const lines = planned('motd').join('\n');
    expect(lines).toMatch(/\d[.] start motd \(.*\) once, after web, clock\n/u);
    expect(lines).not.toContain('no such service');
  });

  it('knows no service that the log does not know', () => {
    expect(planned('ghost')).toContain('  refused: ghost: no such service');
  });
});
