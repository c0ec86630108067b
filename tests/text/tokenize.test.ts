import { describe, expect, it } from 'vitest';
import { plainConversation } from '../../src/text/plainConversation.ts';
import { tokenizeRow } from '../../src/text/tokenize.ts';
import type { TokenizedRow } from '../../src/text/tokenizedRow.ts';
import type { ChatTurn, Tokenizer } from '../../src/text/tokenizer.ts';
import { chatTemplate, wordTokenizer } from '../support/wordTokenizer.ts';

/** The supervised tokens in brackets, as text. */
function marked(row: TokenizedRow, tokenizer: Tokenizer): string {
  const text = row.ids.map((id, i) => {
    const piece = tokenizer.decode([id], true);
    return row.supervised[i] ? `[${piece}]` : piece;
  });
  return text.join('').replaceAll('][', '');
}

const conversation = [
  { role: 'system', content: 'Be brief' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello' },
  { role: 'user', content: 'Bye' },
  { role: 'assistant', content: 'See you' },
] as const;

describe('prompt and completion', () => {
  const row = { prompt: 'What is it?', completion: ' A cell.' };

  it('counts the completion and its end token', () => {
    const tokenizer = wordTokenizer({ addBos: true });
    const tokenized = tokenizeRow(row, tokenizer);
    expect(marked(tokenized, tokenizer)).toBe('<bos>What is it?[ A cell.<eos>]');
    expect(tokenized.completionStart).toBe(7);
  });

  it('adds a BOS only where the tokenizer does', () => {
    const tokenizer = wordTokenizer();
    expect(marked(tokenizeRow(row, tokenizer), tokenizer)).toBe('What is it?[ A cell.<eos>]');
  });

  it('leaves out the end token that some tokenizers put behind every text', () => {
    const tokenizer = wordTokenizer({ addBos: true, addEos: true });
    expect(marked(tokenizeRow(row, tokenizer), tokenizer)).toBe('<bos>What is it?[ A cell.<eos>]');
  });

  it('learns to end at once from an empty completion', () => {
    const tokenizer = wordTokenizer();
    expect(marked(tokenizeRow({ prompt: 'a', completion: '' }, tokenizer), tokenizer)).toBe('a[<eos>]');
  });
});

describe('a conversation', () => {
  it('counts every answer with its end token, not the line break behind', () => {
    const tokenizer = wordTokenizer();
    expect(marked(tokenizeRow({ messages: conversation }, tokenizer), tokenizer)).toBe(
      '<bos><|system|>Be brief<|end|>\n<|user|>Hi<|end|>\n<|assistant|>[Hello<|end|>]\n<|user|>Bye<|end|>\n<|assistant|>[See you<|end|>]\n',
    );
  });

  it('finds the last answer of a template that shortens earlier ones', () => {
    const tokenizer = wordTokenizer({
      template: (turns, open) =>
        chatTemplate(
          turns.map((turn, i) =>
            turn.role === 'assistant' && i === turns.length - 1
              ? { ...turn, content: `<think>${turn.content}` }
              : turn,
          ),
          open,
        ),
    });
    expect(marked(tokenizeRow({ messages: conversation }, tokenizer), tokenizer)).toContain(
      '<|assistant|>[<think>See you<|end|>]\n',
    );
  });

  it('counts to the end where a template has no end token', () => {
    const tokenizer = wordTokenizer({
      template: (turns, open) =>
        turns.map((t) => `${t.role}: ${t.content} `).join('') + (open ? 'assistant: ' : ''),
    });
    const messages = conversation.slice(1, 3);
    expect(marked(tokenizeRow({ messages }, tokenizer), tokenizer)).toBe('user: Hi assistant: [Hello ]');
  });

  it('refuses one without an answer', () => {
    const messages = conversation.slice(0, 2);
    expect(() => tokenizeRow({ messages }, wordTokenizer())).toThrow(/no assistant turn/);
  });

  it('refuses a template that rewrites what was said before', () => {
    const template = (turns: readonly ChatTurn[], open: boolean) =>
      `${turns.length}${chatTemplate(turns, open)}`;
    expect(() => tokenizeRow({ messages: conversation }, wordTokenizer({ template }))).toThrow(
      /renders message 3 of 5/,
    );
  });

  it('refuses a template whose answers cannot be found again', () => {
    const template = (turns: readonly { content: string }[]) =>
      turns
        .map((t) => t.content)
        .reverse()
        .join(' ');
    expect(() => tokenizeRow({ messages: conversation }, wordTokenizer({ template }))).toThrow(
      /renders message 3 of 5 \(assistant\)/,
    );
  });

  it('has a plain layout for models without a template', () => {
    const plain = wordTokenizer({ addBos: true });
    const tokenizer: Tokenizer = {
      ...plain,
      applyChatTemplate: (turns, open) => plainConversation(turns, open, plain),
    };
    expect(marked(tokenizeRow({ messages: conversation.slice(0, 3) }, tokenizer), tokenizer)).toBe(
      '<bos>Be brief\n\n### Instruction:\nHi\n\n### Response:\n[Hello<eos>]',
    );
  });
});
