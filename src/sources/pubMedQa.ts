import { isJsonObject } from '../jsonValue.ts';
import type { DroppedRow, ImportedRows, ImportedTask } from './importedRows.ts';

const decisions = ['yes', 'no', 'maybe'] as const;

/** Whether JSON is laid out as PubMedQA's `ori_pqal.json`: articles by their PubMed id. */
export function isPubMedQa(value: unknown): value is Record<string, Record<string, unknown>> {
  if (!isJsonObject(value)) return false;
  const articles = Object.values(value);
  return articles.length > 0 && articles.every((article) => isJsonObject(article) && 'QUESTION' in article);
}

/**
 * PubMedQA (Jin et al. 2019, arXiv 1909.06146) with its context, as the "reasoning required" setting has it: the question
 * about the abstract without its conclusion, to be answered with yes, no or maybe.
 */
export function readPubMedQa(articles: Record<string, Record<string, unknown>>, file: string): ImportedRows {
  const tasks: ImportedTask[] = [];
  const dropped: DroppedRow[] = [];
  for (const [i, [id, article]] of Object.entries(articles).entries()) {
    const origin = { file, row: i + 1, id };
    const task = readArticle(article);
    if (typeof task === 'string')
      dropped.push({ file, row: i + 1, reason: `${task} (id ${id.slice(0, 30)})` });
    else tasks.push({ ...task, labels: decisions, task: 'yes-no-maybe', origin });
  }
  return { format: 'pubmedqa', tasks, dropped, notes: [] };
}

function readArticle(
  article: Record<string, unknown>,
): string | Pick<ImportedTask, 'instruction' | 'input' | 'output'> {
  const { QUESTION: question, CONTEXTS: contexts, final_decision: decision } = article;
  if (typeof question !== 'string' || question.trim() === '') return 'has no QUESTION';
  const isText =
    Array.isArray(contexts) && contexts.length > 0 && contexts.every((part) => typeof part === 'string');
  if (!isText) return 'has no CONTEXTS';
  if (!decisions.includes(decision as never)) return 'has no final_decision of yes, no or maybe';
  const instruction = `${question.trim()} Answer yes, no or maybe.`;
  return { instruction, input: contexts.join('\n').trim(), output: decision as string };
}
