import { expect, it, vi } from 'vitest';
import { checkDomain } from '../../src/specialize/domain.ts';
import { pocketSettings } from '../../src/specialize/presets.ts';
import { resolveSettings } from '../../src/specialize/resolveSettings.ts';

// In a file of its own: zod compiles, or finds out that it may not, the first time that it parses.
it('parses without evaluating code, which the Content-Security-Policy forbids', () => {
  const compile = vi.fn();
  vi.stubGlobal('Function', compile);
  try {
    checkDomain({ name: 'Biomedicine', seeds: [{ instruction: 'Why?', output: 'So.' }] });
    resolveSettings({}, pocketSettings);
  } finally {
    vi.unstubAllGlobals();
  }
  expect(compile).not.toHaveBeenCalled();
});
