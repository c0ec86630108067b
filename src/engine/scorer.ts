import { contextLength } from '../generation/causalLanguageModel.ts';
import type { Adapter } from '../lora/adapter.ts';
import type { ScoredRow, Scorer } from '../specialize/languageModel.ts';
import { promptIdsOf, tokenizeRow } from '../text/tokenize.ts';
import { tokenizedRow, type TokenizedRow } from '../text/tokenizedRow.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { LoadedModel } from './loadModel.ts';
import type { ScoringTask } from './scoringSessions.ts';
import { embeddingWork, likelihoodWork } from './scoringWork.ts';

type RunScoring = <Result>(task: ScoringTask<Result>) => Promise<Result[]>;

/** Scores and embeds texts with a model and its adapter; `run` computes what their tokens come to. */
export function scorerOf(
  { tokenizer, config }: Pick<LoadedModel, 'tokenizer' | 'config'>,
  adapter: Adapter | null,
  run: RunScoring,
): Scorer {
  const longest = contextLength(config);
  return {
    score: async (rows, { onScore, ...request } = {}) => {
      const tokenized = rows.map((row, i) => withinContext(tokenizeScored(row, tokenizer), i, longest));
      return run({ ...request, work: likelihoodWork, adapter, rows: tokenized, onResult: onScore });
    },
    embed: async (texts, request = {}) => {
      const rows = texts.map((text, i) => wholeText(promptIdsOf(text, tokenizer).slice(0, longest), i));
      return run({ ...request, work: embeddingWork, adapter, rows });
    },
  };
}

function tokenizeScored({ prompt, completion }: ScoredRow, tokenizer: Tokenizer): TokenizedRow {
  if (typeof prompt === 'string') return tokenizeRow({ prompt, completion }, tokenizer);
  const answer = { role: 'assistant', content: completion } as const;
  return tokenizeRow({ messages: [...prompt, answer] }, tokenizer);
}

function withinContext(row: TokenizedRow, index: number, longest: number): TokenizedRow {
  if (row.ids.length <= longest) return row;
  throw new Error(
    `Row ${index + 1} to be scored has ${row.ids.length} tokens, more than the ${longest} that the model reads; shorten its prompt.`,
  );
}

function wholeText(ids: readonly number[], index: number): TokenizedRow {
  if (ids.length > 0) return tokenizedRow(ids, ids.map(() => true)); // prettier-ignore
  throw new Error(`Text ${index + 1} has no token, so there is nothing to embed; leave it out.`);
}
