import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModel, scanModel } from '../../src/onnx/decode.ts';
import { TensorProto_DataType as DataType } from '../../src/onnx/generated/onnx_pb.ts';
import { OnnxFormatError } from '../../src/onnx/onnxFormatError.ts';
import { countingBytes, modelBytes } from './sampleProto.ts';

const text = (value: string) => new TextEncoder().encode(value);
const latin1 = (value: string) => new Uint8Array(Buffer.from(value, 'latin1'));

describe('bytes that are no ONNX model', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /is empty/],
    ['a zip', latin1('PK\x03\x04\x14\0'), /zip archive.*unpack/],
    ['a GGUF model', latin1('GGUF\x03\0\0\0'), /GGUF model; choose the \.onnx/],
    ['safetensors', latin1('\x40\0\0\0\0\0\0\0{"model.embed'), /safetensors/],
    ['an error page', text('<!DOCTYPE html><html><head>'), /web page.*download/],
    ['a page after blank lines', text('\n\n  <html lang="en">'), /web page/],
    [
      'an LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:'),
      /LFS pointer.*git lfs pull/,
    ],
    ['a JSON config', text('{\n  "architectures": ["Llama"]'), /JSON/],
    ['a Hub error', text('Entry not found'), /plain text/],
    ['a pickle', latin1('\x80\x02}q\0'), /PyTorch/],
    ['an .ort file', latin1('\x1c\0\0\0ORTM'), /\.ort/],
    ['random bytes', latin1('\xff\xfe\xfd\xfc\xfb'), /not a readable ONNX model/],
    ['a truncated model', modelBytes().subarray(0, 40), /past the end|cut off/],
    ['a model without a graph', Uint8Array.of(8, 10), /no graph/],
  ])('%s', async (_, bytes, message) => {
    const source = {
      size: bytes.length,
      slice: (at: number, n: number) => Promise.resolve(bytes.subarray(at, at + n)),
    };
    expect(() => decodeModel(bytes, 'model_q4.onnx')).toThrow(message);
    expect(() => decodeModel(bytes, 'model_q4.onnx')).toThrow(/^model_q4\.onnx [^\n]+\.$/);
    await expect(scanModel(source, 'model_q4.onnx')).rejects.toThrow(OnnxFormatError);
  });
});

describe('damaged models', () => {
  const whole = modelBytes(
    { name: 'w', dims: [2000n], dataType: DataType.UINT8, rawData: countingBytes(2000) },
    { name: 'ids', dims: [2n], dataType: DataType.INT64, int64Data: [1n, -1n] },
    { name: 'q', dims: [3n], dataType: DataType.INT4, rawData: countingBytes(2) },
  );
  /** Whether decoding raised a format error; anything else that it raises passes through and fails the test. */
  const isRefused = (bytes: Uint8Array): boolean => {
    try {
      decodeModel(bytes);
      return false;
    } catch (error) {
      if (error instanceof OnnxFormatError) return true;
      throw error;
    }
  };

  it('truncated anywhere raise a format error', () => {
    // Every cut but those inside the large weight, of which every hundredth does.
    const lengths = Array.from(whole.keys()).filter(
      (at) => whole.length - at < 150 || at < 300 || at % 100 === 0,
    );
    const accepted = lengths.filter((length) => !isRefused(whole.subarray(0, length)));
    expect(accepted).toEqual([]);
  });

  it('with flipped bits decode or raise a format error, nothing else', () => {
    const flip = fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7) });
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 8 }), (flips) => {
        const bytes = whole.slice();
        for (const { at, bit } of flips) bytes[at] = bytes[at]! ^ (1 << bit);
        isRefused(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  it('of arbitrary bytes decode or raise a format error, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        isRefused(Uint8Array.from([8, 10, ...tail]));
      }),
      { numRuns: 1000 },
    );
  });
});
