import { describe, expect, it } from 'vitest';
import { formatReference, parseModelReference } from '../../src/hub/modelReference.ts';

const id = 'HuggingFaceTB/SmolLM2-135M-Instruct';

describe('a model is named', () => {
  it.each([
    [id, 'main'],
    [` ${id} `, 'main'],
    [`${id}@v1.0`, 'v1.0'],
    [`${id}@refs/pr/3`, 'refs/pr/3'],
    [`https://huggingface.co/${id}`, 'main'],
    [`https://huggingface.co/${id}/`, 'main'],
    [`huggingface.co/${id}?library=transformers.js`, 'main'],
    [`https://hf.co/${id}/tree/dev/onnx`, 'dev'],
    [`https://huggingface.co/${id}/blob/main/onnx/model_q4.onnx`, 'main'],
    [`https://huggingface.co/${id}/resolve/refs%2Fpr%2F3/config.json?download=true`, 'refs/pr/3'],
    [`https://huggingface.co/${id}/discussions`, 'main'],
  ])('by %s', (text, revision) => {
    expect(parseModelReference(text)).toEqual({ id, revision });
  });

  it.each([
    ['', 'does not name a model'],
    ['gpt2', 'does not name a model'],
    ['a/b/c', 'does not name a model'],
    ['../secrets', 'does not name a model'],
    ['a/b@main@dev', 'more than one "@"'],
    ['a/b@', 'cannot be a revision'],
    ['a/b@../x', 'cannot be a revision'],
    ['https://example.com/a/b', 'example.com is not the Hub'],
    ['https://huggingface.co/datasets/a', 'not the page of a model'],
    ['https://huggingface.co/', 'does not name a model'],
    ['https://', 'no address'],
    ['https://huggingface.co/a/%E0%A4%A', 'no address'],
    ['x'.repeat(100_000), 'does not name a model'],
  ])('not by "%s"', (text, reason) => {
    expect(() => parseModelReference(text)).toThrow(reason);
    expect(() => parseModelReference(text)).toThrow(/^.{1,1000}\.$/);
  });

  it('as it is typed, without the usual revision', () => {
    expect(formatReference({ id, revision: 'main' })).toBe(id);
    expect(formatReference({ id, revision: 'v1' })).toBe(`${id}@v1`);
  });
});
