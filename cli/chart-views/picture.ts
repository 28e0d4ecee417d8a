/**
 * A boot as SVG.
 *
 * @module
 */
import { chartSvg, plotWidth } from '../../diagrams/chart-svg';
import { chartOf } from '../../insight/chart/chart';
import { bootSentence } from '../../insight/chart/critical-report';
import { titleOf, type ChartView } from './view';

export const pictureView: ChartView = (shown) => {
  const { boot, header, us, services } = shown;
  const chart = chartOf(boot, { us, unitUs: us / plotWidth, ...(services && { services }) });
  return chartSvg(chart, {
    title: titleOf(shown),
    subtitle: bootSentence(boot.timeline),
    beginUs: boot.timeline.begin.at - header.at,
  });
};
