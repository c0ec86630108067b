import { existsSync, readFileSync } from 'node:fs';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { ModelProtoSchema, TensorProto_DataType as DataType } from '../../src/onnx/generated/onnx_pb.ts';
import { countingBytes, modelBytes } from './sampleProto.ts';

const graphs = '../shared/graphs/gemma-3-4b/onnx';
const files = [
  'decoder_model_merged_q4',
  'decoder_model_merged_q4f16',
  'embed_tokens_q4',
  'embed_tokens_q4f16',
];

describe.skipIf(!existsSync(graphs))('a real export', () => {
  it.each(files)('%s comes back byte for byte', (name) => {
    const bytes = new Uint8Array(readFileSync(`${graphs}/${name}.onnx`));
    const again = encodeModel(decodeModel(bytes));
    expect(Buffer.compare(again, bytes)).toBe(0);
  });

  it('reads the decoder as its form says', () => {
    const { graph, opsets } = decodeModel(new Uint8Array(readFileSync(`${graphs}/${files[0]}.onnx`)));
    expect(opsets).toEqual({ '': 21, 'com.microsoft': 1 });
    expect(graph.nodes.filter((node) => node.opType === 'MatMulNBits')).toHaveLength(239);
    const scales = graph.initializers.find(({ name }) => name === 'lm_head_MatMul_weight_scales');
    expect(scales).toMatchObject({
      elementType: 'float32',
      dims: [262208, 80],
      data: { location: 'decoder_model_merged_q4.onnx_data_1', offset: 567377920, length: 83906560 },
    });
  });
});

describe('what the IR does not know', () => {
  const unknown = { no: 999, wireType: 2, data: Uint8Array.of(3, 97, 98, 99) };

  it('survives at every level of the model', () => {
    const tensor = { name: 'w', dims: [2n], dataType: DataType.INT4, rawData: countingBytes(1) };
    const proto = fromBinary(ModelProtoSchema, modelBytes(tensor));
    const graph = proto.graph!;
    const parts = [
      proto,
      graph,
      graph.node[0]!,
      graph.node[0]!.attribute[0]!,
      graph.initializer[0]!,
      graph.input[0]!,
    ];
    parts.forEach((part) => (part.$unknown = [unknown]));
    const bytes = toBinary(ModelProtoSchema, proto);
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
    expect(Buffer.from(bytes).toString('latin1').split('abc')).toHaveLength(parts.length + 1);
  });

  it('includes metadata, doc strings, functions and values that are no tensors', () => {
    const proto = fromBinary(ModelProtoSchema, modelBytes());
    proto.metadataProps = [entry('origin', 'test')];
    proto.graph!.metadataProps = [entry('a', 'b')];
    proto.graph!.node[0]!.metadataProps = [entry('namespace', 'layer.0')];
    proto.graph!.docString = 'a graph';
    const opaqueValue = { ...proto.graph!.input[0]!, name: 'sequence' };
    delete opaqueValue.type;
    proto.graph!.valueInfo = [opaqueValue];
    const bytes = toBinary(ModelProtoSchema, proto);
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
  });
});

function entry(key: string, value: string) {
  return { $typeName: 'onnx.StringStringEntryProto' as const, key, value };
}
