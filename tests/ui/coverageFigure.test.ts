import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { CoverageFigure } from '../../src/ui/parts/CoverageFigure.tsx';
import { replayRun } from '../../src/ui/store/runState.ts';
import { readRunEvents } from '../../src/ui/store/storedRun.ts';
import type { RunEvent } from '../../src/workerApi/runEvent.ts';
import { exampleDomain, recordedRun } from './support/recordedRun.ts';

const passage = (i: number, isCovered: boolean) => ({
  ...{ id: `a.md#${i}`, x: i / 4, y: 0.5, density: isCovered ? 1 : 0 },
  isCovered,
});
const map = {
  passages: [passage(1, true), passage(2, false), passage(3, true)],
  tasks: [{ id: 'task-1', x: 0, y: 1 }],
};

it('the map says in words and marks which passages have no task', () => {
  const html = renderToStaticMarkup(createElement(CoverageFigure, { map }));
  expect(html).toContain('aria-label="2 of 3 passages of your texts have tasks near them."');
  expect(html.match(/<rect /g)).toHaveLength(3);
  expect(html.match(/<circle /g)).toHaveLength(1);
  expect(html.match(/class="[^"]*uncovered/g)).toHaveLength(1);
});

it('a stored run keeps its map and what the answers weighed, and one from before has neither', () => {
  const before = [...recordedRun(exampleDomain('biomedicine'))];
  const scores = { ifd: 0.5, evidenceGain: -0.25 };
  const later: RunEvent[] = [
    { type: 'phaseStarted', phase: { stage: 'likelihoods', round: 1 } },
    { type: 'taskScored', id: 'task-0', scores },
    { type: 'phaseStarted', phase: { stage: 'coverage', round: 1 } },
    { type: 'coverageMeasured', of: 'kept', map },
  ];
  const read = replayRun(readRunEvents([...before, ...later]));
  expect(read.coverage).toEqual(map);
  expect(read.tasks.find(({ id }) => id === 'task-0')?.scores).toEqual(scores);
  const old = replayRun(readRunEvents(before));
  expect(old.coverage).toBeNull();
  expect(old.tasks[0]).not.toHaveProperty('scores');
});
