import type { TaskText } from './tasks.ts';

/** A task as the model wrote it, not yet judged. */
export interface ParsedTask extends TaskText {
  /** The completion ended inside this task, so its end may be missing. */
  readonly isCut: boolean;
}

export interface ListOptions {
  /** The prompt ended in "4.", so the text begins inside an item; otherwise whatever precedes the first number is talk. */
  readonly continuesItem: boolean;
  /** The completion was cut at its token limit. */
  readonly isCut: boolean;
}

const numberedLine = /^[ \t]*(?:#+[ \t]*)?(?:(?:task|instruction)[ \t]+)?\d{1,3}[ \t]*[.):][ \t]*/i;
const bulletLine = /^[ \t]*[-*•][ \t]+/;

/** The items of a numbered (failing that, bulleted) list, each with its lines joined by newlines. */
export function parseNumberedList(text: string, continuesItem: boolean): string[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const isNumbered = lines.some((line) => numberedLine.test(line));
  const marker = isNumbered || continuesItem ? numberedLine : bulletLine;
  const items: string[][] = continuesItem ? [[]] : [];
  for (const line of lines) {
    if (marker.test(line)) items.push([line.replace(marker, '')]);
    else items.at(-1)?.push(line);
  }
  return items.map((item) => item.join('\n').trim()).filter((item) => item !== '');
}

// "Input:" may follow on the same line; "the following text: …" inside an instruction is no such mark.
const inputMark = /(?:(?:^|\n|[ \t])input|\n[ \t]*(?:context|text|passage))[ \t]*:/i;
// On a line of its own only: an instruction may well speak of "the output: …".
const outputMark = /\n[ \t]*(?:output|response|answer)[ \t]*:/i;
const instructionMark = /^(?:instruction|task|question)[ \t]*:/i;
const emptyInput = /^[<([]?(?:no ?input|none|n\/?a|empty)[>)\]]?\.?$/i;

/**
 * Reads the tasks of a generated list. An item is `instruction`, optionally `Input: …` on the same or the next line;
 * labels, quotes, emphasis and an answer that the model went on to write are removed.
 */
export function parseTaskList(text: string, options: ListOptions): ParsedTask[] {
  const items = parseNumberedList(text.replaceAll('**', ''), options.continuesItem);
  return items.map((item, i) => ({ ...parseTask(item), isCut: options.isCut && i === items.length - 1 }));
}

/** Reads the one task that was asked for; whatever follows it, the model went on to write. Empty where there is none. */
export function parseFirstTask(text: string, isCut: boolean): ParsedTask[] {
  const [first] = parseTaskList(text, { continuesItem: true, isCut });
  const isFollowed = text.trim().includes('\n');
  return first ? [{ ...first, isCut: first.isCut && !isFollowed }] : [];
}

function parseTask(item: string): TaskText {
  // A blank line ends the task: what follows is the model's talk about it.
  const [body = ''] = item.split(/\n[ \t]*\n/);
  const [question = ''] = `\n${body}`.split(outputMark);
  const bare = question.trim().replace(instructionMark, '');
  const mark = inputMark.exec(bare);
  const instruction = mark ? bare.slice(0, mark.index) : bare;
  const input = mark ? bare.slice(mark.index + mark[0].length).trim() : '';
  return { instruction: cleanLine(instruction), input: emptyInput.test(input) ? '' : stripQuotes(input) };
}

function cleanLine(text: string): string {
  return stripQuotes(text.replace(/\s+/g, ' ').trim());
}

function stripQuotes(text: string): string {
  const match = /^(["“])([^"“”]*)["”]$/.exec(text);
  return (match?.[2] ?? text).trim();
}
