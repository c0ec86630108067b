import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import uPlot, { type AlignedData, type Options } from 'uplot';
import type { ChartLine } from './chartLines.ts';
import classes from './train.module.css';

interface LineChartProps {
  /** What the chart shows, for those who cannot see it. */
  readonly summary: string;
  readonly lines: readonly ChartLine[];
}

const height = 280;

/** Lines over steps on a canvas; arrow keys move the cursor, its values are read out below. */
export function LineChart({ summary, lines }: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const scheme = useComputedColorScheme('light');
  const shape = lines.map(({ label }) => label).join('|');
  const data = alignLines(lines);
  const latest = useRef({ lines, data });
  latest.current = { lines, data };

  useEffect(() => {
    const element = host.current!;
    const made = new uPlot(optionsOf(latest.current.lines, element, setCursor), latest.current.data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, scheme]);
  useEffect(() => plot.current?.setData(data), [data]);

  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by === undefined || !plot.current) return;
    event.preventDefault();
    const index = Math.min(data[0].length - 1, Math.max(0, (cursor ?? data[0].length - 1) + by));
    plot.current.setCursor({ left: plot.current.valToPos(data[0][index]!, 'x'), top: height / 3 });
  };
  return (
    <figure className={classes.figure}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the arrow keys move the chart's cursor */}
      <div
        ref={host}
        className={classes.plot}
        role="img"
        aria-label={summary}
        tabIndex={0}
        onKeyDown={move}
      />
      <figcaption aria-live="off">{readout(lines, cursor) ?? summary}</figcaption>
    </figure>
  );
}

/** uPlot wants one x axis for all lines; a line without a value at some step has a gap there. */
export function alignLines(lines: readonly ChartLine[]): AlignedData {
  const steps = [...new Set(lines.flatMap(({ points }) => points.map(([step]) => step)))].sort(
    (a, b) => a - b,
  );
  const columns = lines.map(({ points }) => {
    const values = new Map(points);
    return steps.map((step) => values.get(step) ?? null);
  });
  return [steps, ...columns];
}

function readout(lines: readonly ChartLine[], index: number | null): string | null {
  const [steps] = alignLines(lines);
  const step = index === null ? undefined : steps[index];
  if (step === undefined) return null;
  const values = lines.flatMap(({ label, points }) => {
    const value = points.find(([at]) => at === step)?.[1];
    return value === undefined ? [] : [`${label} ${value.toPrecision(3)}`];
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
      ...lines.map(({ label, color: name, width, dash }) => ({
        label,
        stroke: color(name),
        width,
        ...(dash && { dash: [...dash] }),
        spanGaps: true,
        points: { show: false },
      })),
    ],
  };
}
