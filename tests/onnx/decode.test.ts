import { describe, expect, it } from 'vitest';
import { decodeModel, scanModel, type ByteSource } from '../../src/onnx/decode.ts';
import { encodeModel, encodeSelfContained } from '../../src/onnx/encode.ts';
import {
  TensorProto_DataLocation,
  TensorProto_DataType as DataType,
} from '../../src/onnx/generated/onnx_pb.ts';
import { countingBytes, modelBytes, type TensorInit } from './sampleProto.ts';

const external = (entries: Record<string, string>): Partial<TensorInit> => ({
  dataLocation: TensorProto_DataLocation.EXTERNAL,
  externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
});

const decodeTensor = (tensor: TensorInit) => decodeModel(modelBytes(tensor)).graph.initializers[0]!;

describe('decodeModel', () => {
  it('refers to a large inline weight by its place in the file', () => {
    const rawData = countingBytes(2048);
    const bytes = modelBytes({ name: 'w', dims: [2048n], dataType: DataType.UINT8, rawData });
    const { data } = decodeModel(bytes).graph.initializers[0]!;
    if ('bytes' in data) throw new Error('expected a reference');
    expect(data).toMatchObject({ location: '', length: 2048 });
    expect(bytes.subarray(data.offset, data.offset + data.length)).toEqual(rawData);
  });

  it('copies a small constant out of the file', () => {
    const rawData = countingBytes(8);
    const bytes = modelBytes({ name: 'shape', dims: [1n], dataType: DataType.INT64, rawData });
    const { data } = decodeModel(bytes).graph.initializers[0]!;
    expect(data).toEqual({ bytes: rawData });
    expect('bytes' in data && data.bytes.buffer).not.toBe(bytes.buffer);
  });

  it('finds a weight behind the view into a larger buffer', () => {
    const file = modelBytes({
      name: 'w',
      dims: [4096n],
      dataType: DataType.INT8,
      rawData: countingBytes(4096),
    });
    const shifted = new Uint8Array(file.length + 7);
    shifted.set(file, 7);
    expect(decodeModel(shifted.subarray(7)).graph.initializers).toEqual(decodeModel(file).graph.initializers);
  });

  it.each<[string, TensorInit, number[]]>([
    ['int64_data', { dataType: DataType.INT64, int64Data: [-2n] }, [254, 255, 255, 255, 255, 255, 255, 255]],
    ['float_data', { dataType: DataType.FLOAT, floatData: [1] }, [0, 0, 128, 63]],
    ['int32_data as float16', { dataType: DataType.FLOAT16, int32Data: [0x3c00] }, [0, 60]],
    ['int32_data as bool', { dataType: DataType.BOOL, int32Data: [1] }, [1]],
    ['int32_data as int8', { dataType: DataType.INT8, int32Data: [-1] }, [255]],
    ['uint64_data as uint32', { dataType: DataType.UINT32, uint64Data: [258n] }, [2, 1, 0, 0]],
    ['double_data', { dataType: DataType.DOUBLE, doubleData: [1] }, [0, 0, 0, 0, 0, 0, 240, 63]],
  ])('normalises %s to raw bytes', (_, tensor, expected) => {
    expect(decodeTensor({ name: 't', dims: [1n], ...tensor }).data).toEqual({
      bytes: Uint8Array.from(expected),
    });
  });

  it('counts two int4 values to a byte', () => {
    const packed = decodeTensor({
      name: 'w',
      dims: [3n],
      dataType: DataType.INT4,
      rawData: countingBytes(2),
    });
    expect(packed).toMatchObject({ elementType: 'int4', dims: [3], data: { bytes: countingBytes(2) } });
    const typed = decodeTensor({ name: 'w', dims: [3n], dataType: DataType.UINT4, int32Data: [0x21, 0x3] });
    expect(typed.data).toEqual({ bytes: Uint8Array.from([0x21, 0x3]) });
  });

  it('reads external data, and computes an absent length', () => {
    const entries = { location: 'model.onnx_data', offset: '4294967296' };
    const weight = decodeTensor({
      name: 'w',
      dims: [3n, 5n],
      dataType: DataType.FLOAT16,
      ...external(entries),
    });
    expect(weight.data).toEqual({ location: 'model.onnx_data', offset: 4294967296, length: 30 });
  });

  it.each(['/etc/passwd', '../other.bin', 'a/../../b', 'C:\\weights'])('refuses data at %s', (location) => {
    const tensor = { name: 'w', dims: [1n], dataType: DataType.FLOAT, ...external({ location }) };
    expect(() => decodeTensor(tensor)).toThrow(/tensor w .*outside the model's folder/);
  });

  it('names a tensor whose bytes do not fit its dims', () => {
    const tensor = { name: 'w', dims: [3n], dataType: DataType.FLOAT, rawData: countingBytes(8) };
    expect(() => decodeTensor(tensor)).toThrow('tensor w (float32 [3]) has 8 bytes of data instead of 12');
  });

  it('keeps symbolic and unknown dimensions apart', () => {
    expect(decodeModel(modelBytes()).graph.inputs[0]).toMatchObject({
      name: 'x',
      shape: ['batch_size', null],
    });
  });
});

describe('scanModel', () => {
  const sourceOf = (bytes: Uint8Array): ByteSource => ({
    size: bytes.length,
    slice: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  });

  it('agrees with decodeModel', async () => {
    const bytes = modelBytes(
      { name: 'a', dims: [70000n], dataType: DataType.FLOAT, rawData: countingBytes(280000) },
      { name: 'b', dims: [300n], dataType: DataType.FLOAT, rawData: countingBytes(1200) },
    );
    expect(await scanModel(sourceOf(bytes))).toEqual(decodeModel(bytes));
  });

  it('finds weights beyond 4 GiB without reading those before', async () => {
    const { source, gap, readCount } = giantSource();
    const [first, second] = (await scanModel(source)).graph.initializers;
    expect(first!.data).toMatchObject({ location: '', length: gap });
    expect(second!.data).toMatchObject({ location: '', length: 4096 });
    const { offset } = second!.data as { offset: number };
    expect(offset).toBeGreaterThan(2 ** 32);
    expect(await source.slice(offset, 4)).toEqual(Uint8Array.of(7, 7, 7, 7));
    expect(readCount()).toBeLessThan(10 * 2 ** 20);
  });

  it('says when the source is shorter than it claims', async () => {
    const bytes = modelBytes();
    await expect(scanModel({ ...sourceOf(bytes), size: bytes.length + 50 })).rejects.toThrow(/gave only/);
  });
});

describe('encodeModel', () => {
  const large = { name: 'w', dims: [2048n], dataType: DataType.UINT8, rawData: countingBytes(2048) };

  it('keeps 2^63 - 1 in an attribute', () => {
    const again = decodeModel(encodeModel(decodeModel(modelBytes())));
    expect(again.graph.nodes[0]!.origin).toEqual(decodeModel(modelBytes()).graph.nodes[0]!.origin);
  });

  it('points weights that lie inside the model at the file name it is given', () => {
    const model = decodeModel(modelBytes(large));
    const derived = decodeModel(encodeModel(model, { modelFileName: 'model_q4.onnx' }));
    expect(derived.graph.initializers[0]!.data).toEqual({
      ...model.graph.initializers[0]!.data,
      location: 'model_q4.onnx',
    });
    expect(() => encodeModel(model)).toThrow('Initializer w lies inside the model file');
  });

  it('writes a self-contained file with the weights read in', async () => {
    const bytes = modelBytes(large);
    const whole = await encodeSelfContained(decodeModel(bytes), ({ offset, length }) =>
      bytes.slice(offset, offset + length),
    );
    expect(whole).toEqual(bytes);
  });

  it('names a weight that could not be read whole', async () => {
    const model = decodeModel(modelBytes(large));
    await expect(encodeSelfContained(model, () => countingBytes(5))).rejects.toThrow(
      /Weight w needs 2048 bytes/,
    );
  });
});

/** A file of over 4 GiB that exists only as ranges: its first weight is zeros, its second sevens. */
function giantSource() {
  const gap = 2 ** 32 + 10;
  const [head, tail] = giantParts(gap);
  let read = 0;
  const slice = (offset: number, length: number) => {
    read += length;
    return Promise.resolve(Uint8Array.from({ length }, (_, i) => byteAt(offset + i)));
  };
  const byteAt = (at: number) => {
    if (at < head.length) return head[at]!;
    return at < head.length + gap ? 0 : tail[at - head.length - gap]!;
  };
  return { source: { size: head.length + gap + tail.length, slice }, gap, readCount: () => read };
}

function giantParts(gap: number): [Uint8Array, Uint8Array] {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
  const tensorHead = (count: number) => [8, ...varint(count), 16, 2, 66, 1, 119, 74, ...varint(count)];
  const first = tensorHead(gap);
  const second = [...tensorHead(4096), ...Array<number>(4096).fill(7)];
  const secondField = [42, ...varint(second.length), ...second];
  const graphHead = [42, ...varint(first.length + gap), ...first];
  const graphLength = graphHead.length + gap + secondField.length;
  const head = [8, 10, 66, 4, 10, 0, 16, 21, 58, ...varint(graphLength), ...graphHead];
  return [Uint8Array.from(head), Uint8Array.from(secondField)];
}
