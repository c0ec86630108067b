import { describe, expect, it } from 'vitest';
import { ropeByLayerKind } from '../../src/exporter/rotaryCache.ts';

const frequencies = (config: Record<string, unknown>) =>
  ropeByLayerKind(config, 64).global.inverseFrequencies;

describe('ropeByLayerKind', () => {
  const plain = frequencies({ rope_theta: 500000 });

  it('spaces the frequencies geometrically from 1 down', () => {
    expect(plain[0]).toBe(1);
    expect(plain[31]).toBeCloseTo(500000 ** (-62 / 64), 12);
  });

  it('divides them all under linear scaling', () => {
    const scaled = frequencies({ rope_theta: 500000, rope_scaling: { rope_type: 'linear', factor: 8 } });
    expect(scaled).toEqual(plain.map((frequency) => frequency / 8));
  });

  it("stretches long wavelengths only under Llama 3's rule", () => {
    const rope = {
      rope_type: 'llama3',
      factor: 32,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    };
    const scaled = frequencies({ rope_theta: 500000, rope_scaling: rope });
    const ratios = plain.map((frequency, i) => frequency / scaled[i]!);
    expect(ratios[0]).toBe(1);
    expect(ratios[31]).toBe(32);
    // Wavelengths between 8192 / 4 and 8192 tokens are interpolated, monotonically.
    const between = ratios.filter((ratio) => ratio > 1 && ratio < 32);
    expect(between.length).toBeGreaterThan(1);
    expect([...between].sort((a, b) => a - b)).toEqual(between);
  });

  it('reads the newer keys, by kind of layer too', () => {
    expect(frequencies({ rope_parameters: { rope_type: 'default', rope_theta: 500000 } })).toEqual(plain);
    const byKind = {
      full_attention: { rope_type: 'linear', factor: 8, rope_theta: 500000 },
      sliding_attention: { rope_type: 'default', rope_theta: 500000 },
    };
    const { global, local } = ropeByLayerKind({ rope_parameters: byKind }, 64);
    expect(local?.inverseFrequencies).toEqual(plain);
    expect(global.inverseFrequencies).toEqual(plain.map((frequency) => frequency / 8));
  });
});
