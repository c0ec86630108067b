import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import uPlot, { type AlignedData, type Options } from 'uplot';
import { alignLines } from './alignLines.ts';
import type { ChartLine } from './chartLines.ts';
import classes from './train.module.css';

interface LineChartProps {
  /** What the chart shows, for those who cannot see it. */
  readonly summary: string;
  readonly lines: readonly ChartLine[];
}

const height = 280;

/** Lines over steps on a canvas; the slider below moves its cursor, whose values are read out. */
export function LineChart({ summary, lines }: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const scheme = useComputedColorScheme('light');
  const shape = lines.map(({ label }) => label).join('|');
  const data = alignLines(lines);
  const make = useEffectEvent(
    (element: HTMLDivElement) => new uPlot(optionsOf(lines, element, setCursor), data, element),
  );
  const show = useEffectEvent(() => {
    plot.current?.setData(data);
  });

  useEffect(() => {
    const element = host.current!;
    const made = make(element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, scheme]);
  useEffect(() => show(), [lines]);

  const steps = data[0];
  const move = (index: number) =>
    plot.current?.setCursor({ left: plot.current.valToPos(steps[index]!, 'x'), top: height / 3 });
  const text = readout(lines, steps, cursor) ?? summary;
  return (
    <figure className={classes.figure}>
      <div ref={host} className={classes.plot} role="img" aria-label={summary} />
      {steps.length > 1 && (
        <input
          type="range"
          className={classes.scrubber}
          aria-label="Look at a step"
          aria-valuetext={text}
          min={0}
          max={steps.length - 1}
          value={cursor ?? steps.length - 1}
          onChange={(event) => move(event.currentTarget.valueAsNumber)}
        />
      )}
      <figcaption>{text}</figcaption>
    </figure>
  );
}

function readout(lines: readonly ChartLine[], steps: AlignedData[0], index: number | null): string | null {
  const step = index === null ? undefined : steps[index];
  if (step === undefined) return null;
  const values = lines.flatMap(({ label, points, isMarks }) => {
    const value = points.find(([at]) => at === step)?.[1];
    if (value === undefined) return [];
    return [isMarks ? label : `${label} ${value.toPrecision(3)}`];
  });
  return `Step ${step}: ${values.join(', ')}`;
}

function optionsOf(
  lines: readonly ChartLine[],
  element: HTMLElement,
  onCursor: (index: number | null) => void,
): Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--w-dim'),
    grid: { stroke: color('--w-line'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  return {
    width: element.clientWidth,
    height,
    padding: [12, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, grid: { show: false }, size: 30 },
      { ...axis, size: 46 },
    ],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
    series: [
      {},
      ...lines.map(({ label, color: name, width, dash, isMarks }) => ({
        label,
        stroke: color(name),
        width,
        ...(dash && { dash: [...dash] }),
        spanGaps: true,
        ...(isMarks
          ? { paths: () => null, points: { show: true, size: 9, fill: color('--w-surface') } }
          : { points: { show: false } }),
      })),
    ],
  };
}
