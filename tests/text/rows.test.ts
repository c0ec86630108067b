import { describe, expect, it } from 'vitest';
import { parseTrainingRows } from '../../src/text/rows.ts';

const conversation = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello' },
];

describe('parseTrainingRows', () => {
  it('keeps prompt and completion apart, whitespace and all', () => {
    expect(parseTrainingRows('{"prompt":"a ","completion":" b\\n","id":7}')).toEqual([
      { prompt: 'a ', completion: ' b\n' },
    ]);
  });

  it('reads conversations', () => {
    expect(parseTrainingRows(JSON.stringify({ messages: conversation }))).toEqual([
      { messages: conversation },
    ]);
  });

  it('turns Alpaca rows into conversations, the input after a blank line', () => {
    expect(parseTrainingRows('{"instruction":"Say","input":"x","output":"y","system":"Be brief."}')).toEqual([
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Say\n\nx' },
          { role: 'assistant', content: 'y' },
        ],
      },
    ]);
    expect(parseTrainingRows('{"instruction":"Say","input":"","output":"y"}')).toEqual([
      {
        messages: [
          { role: 'user', content: 'Say' },
          { role: 'assistant', content: 'y' },
        ],
      },
    ]);
  });

  it('skips blank lines and mixes forms', () => {
    const text = '{"prompt":"a","completion":"b"}\r\n\n{"instruction":"Say","output":"y"}\n';
    expect(parseTrainingRows(text)).toHaveLength(2);
  });

  const good = '{"prompt":"a","completion":"b"}';
  it.each([
    ['', /no rows/],
    [`${good}\n{"prompt":`, /^Row 2 is not JSON/],
    [`${good}\n\n[1]`, /^Row 3 is a list/],
    ['{"prompt":"a"}', /^Row 1: "completion" is missing/],
    ['{"prompt":"a","completion":3}', /^Row 1: "completion" is the number 3/],
    ['{"text":"a"}', /^Row 1 has the fields "text"/],
    ['{"instruction":"a","output":null}', /^Row 1: "output" is null/],
    ['{"messages":[]}', /^Row 1: "messages" is an empty list/],
    ['{"messages":[{"role":"bot","content":"a"}]}', /^Row 1: "role" of message 1 is the string "bot"/],
    ['{"messages":[{"role":"user","content":1}]}', /^Row 1: "content" of message 1 is the number 1/],
    ['{"messages":[{"role":"user","content":"a"}]}', /^Row 1: the last of "messages" is the user's/],
  ])('names row and field: %s', (text, message) => {
    expect(() => parseTrainingRows(text)).toThrow(message);
  });
});
