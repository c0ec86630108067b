import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/specialize/renderReport.ts';
import { orderRows, toneOf } from '../../src/ui/compare/rowVerdict.ts';
import { describeLoss, describeVerdict, scoreNote } from '../../src/ui/compare/verdict.ts';
import { replayRun } from '../../src/ui/store/runState.ts';
import { readRunEvents } from '../../src/ui/store/storedRun.ts';
import stored from './oldRun.fixture.json' with { type: 'json' };
import { exampleDomain, recordedRun } from './support/recordedRun.ts';

// Evaluations and report as they were stored before rows had comparisons, and answers likelihoods or a second test.
const { report, evaluations } = replayRun(readRunEvents(stored));

describe('a run stored before tasks were compared one by one', () => {
  it('is shown with the same scores, and without verdicts that it never had', () => {
    const now = replayRun([...recordedRun(exampleDomain('biomedicine'), { tasks: 4, steps: 2 })]).report!;
    expect(report!.heldOut.overall.models).toEqual(now.heldOut.overall.models);
    expect(describeVerdict(report!)).toEqual(describeVerdict(now));
    expect(describeLoss(report!)).toBeNull();
    expect(scoreNote(report!)).toContain('only all together are tested');
    expect(scoreNote(now)).toContain('Each row says what can be shown');
    expect(orderRows(report!.heldOut.tasks, 'worstFirst').map(toneOf)).toEqual(['better', 'better']);
    expect(now.heldOut.tasks.map(toneOf)).toEqual(['same', 'same']);
  });

  it('is written as Markdown with dashes for what it lacks', () => {
    const text = renderReport(report!);
    expect(text).toContain('| indication-drug | 4 | 0.0 | 75.0 | +75.0 | – | – |');
    expect(text).not.toMatch(/undefined|NaN|Loss/);
    expect(evaluations.base?.heldOut.answers).toHaveLength(8);
  });
});
