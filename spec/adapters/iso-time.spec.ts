import fc from 'fast-check';
import { isoTime } from '../../adapters/iso-time';

it('is what JavaScript itself makes of a date', () => {
  const date = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (any) => {
      expect(isoTime(any)).toBe(any.toISOString());
    }),
  );
});
