import type { ScoredAnswer } from '../evaluation/evaluate.ts';
import { coverageFile, renderCoverage } from './coverageFigure.ts';
import type { DatasetRow } from './dataset.ts';
import type { Domain } from './domain.ts';
import type { ModelEvaluation } from './events.ts';
import { renderReport } from './renderReport.ts';
import type { SpecializationState } from './state.ts';

/**
 * Everything a run leaves behind but the adapters, as files by name: `tasks.jsonl` (every generated task with its
 * provenance and reject reason), `train.jsonl`, `valid.jsonl`, `test.jsonl` (the held-out tasks, with every evaluated model's answer and scores), `passages.jsonl`,
 * `report.json`, `report.md`. Files of phases not reached yet are left out.
 */
export function specializationFiles(
  state: SpecializationState<unknown>,
  domain: Domain,
): Record<string, string> {
  const { tasks, passages, coverage, dataset, report } = state;
  return {
    'tasks.jsonl': jsonLines(tasks),
    ...(passages.length > 0 && { 'passages.jsonl': jsonLines(passages) }),
    ...(dataset && {
      'train.jsonl': jsonLines(dataset.train.map(toColumns)),
      'valid.jsonl': jsonLines(dataset.valid.map(toColumns)),
    }),
    'test.jsonl': jsonLines(answeredTasks(state, domain)),
    ...(report && {
      'report.json': `${JSON.stringify(report, null, 2)}\n`,
      'report.md': renderReport(report),
    }),
    ...(coverage?.kept && { [coverageFile]: renderCoverage(coverage.kept) }),
  };
}

/** The held-out tasks, each with what the evaluated models answered and how that scored. */
function answeredTasks({ evaluations, rounds }: SpecializationState<unknown>, domain: Domain): object[] {
  // Where there were several rounds, each of them.
  const each = rounds.length > 1 ? rounds.map((round, i) => [`specialized (round ${i + 1})`, round]) : [];
  const evaluated = [...Object.entries(evaluations), ...(each as [string, ModelEvaluation][])];
  return domain.heldOut.map((item, i) => {
    const answers = evaluated.map(([model, { heldOut, fewShot }]) => [
      model,
      {
        ...answerColumns(heldOut.answers[i]!),
        ...(fewShot && { few_shot: answerColumns(fewShot.answers[i]!) }),
      },
    ]);
    return { ...item, ...(answers.length > 0 && { answers: Object.fromEntries(answers) as object }) };
  });
}

function answerColumns({ answer, exactMatch, f1, rougeL, isInvalid, likelihoods }: ScoredAnswer) {
  const labels = likelihoods?.labels?.map(({ label, logLikelihood, tokens }) => ({
    label,
    log_likelihood: logLikelihood,
    tokens,
  }));
  return {
    ...{ answer, exact_match: exactMatch, f1, rouge_l: rougeL, is_invalid: isInvalid },
    ...(labels && { labels }),
  };
}

/** The example's own fields first, then provenance under the names that data sets use. */
function toColumns({
  id,
  source,
  seedIds,
  passageId,
  furtherPassageIds = [],
  edited,
  origin,
  example,
}: DatasetRow): object {
  const doc_ids = passageId === undefined ? [] : [passageId, ...furtherPassageIds];
  return {
    ...example,
    id,
    source,
    seed_ids: seedIds,
    doc_ids,
    ...(edited && { edited }),
    ...(origin && { origin }),
  };
}

function jsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
