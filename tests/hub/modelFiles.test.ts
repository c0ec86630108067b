import { describe, expect, it } from 'vitest';
import { arrangeFiles } from '../../src/hub/localFiles.ts';
import { missingParts, variantsOf } from '../../src/hub/modelFiles.ts';

const listed = (...paths: string[]) => paths.map((path, i) => ({ path, size: 10 ** i }));
const companions = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

describe('the precisions of a model', () => {
  it('are told by the names of its graphs, with the weights beside them', () => {
    const files = listed(
      'config.json',
      'onnx/model_q4.onnx',
      'onnx/model_q4.onnx_data',
      'onnx/model_q4.onnx_data_1',
      'onnx/model_q4f16.onnx',
      'README.md',
    );
    expect(variantsOf(files).map(({ suffix, bytes }) => [suffix, bytes])).toEqual([
      ['_q4', 1111],
      ['_q4f16', 10001],
    ]);
  });

  it('include the embedding where it is a graph of its own, and float32 without a suffix', () => {
    const graphs = [
      'onnx/decoder_model_merged.onnx',
      'onnx/embed_tokens.onnx',
      'onnx/embed_tokens.onnx_data',
    ];
    const [variant] = variantsOf(listed(...graphs, 'onnx/vision_encoder.onnx'));
    expect(variant?.suffix).toBe('');
    expect(variant?.files.map(({ path }) => path)).toEqual(graphs);
  });

  it('prefer the plain decoder to the merged one', () => {
    const [variant] = variantsOf(listed('onnx/decoder_model_merged_q4.onnx', 'onnx/model_q4.onnx'));
    expect(variant?.files.map(({ path }) => path)).toEqual(['onnx/model_q4.onnx']);
  });

  it('are missed where there are none', () => {
    expect(missingParts(listed(...companions, 'model.safetensors'))).toMatch(/^lacks an ONNX graph/);
    expect(missingParts(listed('onnx/model.onnx'))).toMatch(/^lacks config.json and tokenizer.json and/);
    expect(missingParts(listed(...companions, 'onnx/model.onnx'))).toBeNull();
  });
});

describe('files from disk', () => {
  const chosen = (...paths: string[]) => paths.map((path) => ({ path, file: new Blob([path]) }));

  it('are found wherever the model lies in what was chosen', () => {
    const inside = companions.map((name) => `models/tiny/${name}`);
    const { name, files } = arrangeFiles(
      chosen('models/notes.txt', ...inside, 'models/tiny/onnx/model_q4.onnx', 'models/tiny/other.bin'),
    );
    expect(name).toBe('tiny');
    expect(files.map(({ path }) => path)).toEqual([...companions, 'onnx/model_q4.onnx']);
  });

  it('may lie side by side', () => {
    const { files } = arrangeFiles(chosen(...companions, 'model_fp16.onnx', 'model_fp16.onnx_data'));
    expect(files.map(({ path }) => path)).toContain('onnx/model_fp16.onnx_data');
  });

  it('are refused with what they lack', () => {
    expect(() => arrangeFiles(chosen('photos/cat.jpg'))).toThrow(/What you chose lacks config.json and/);
    expect(() => arrangeFiles(chosen('m/config.json', 'm/tokenizer.json'))).toThrow(
      'lacks tokenizer_config.json and an ONNX graph',
    );
  });
});
