import * as z from 'zod/mini';
import type { CoverageMap } from '../../workerApi/runEvent.ts';
import type { Format } from './storedFormats.ts';

const point = { id: z.string(), x: z.number(), y: z.number() };
const map: Format<CoverageMap> = z.object({
  passages: z.array(z.object({ ...point, density: z.number(), isCovered: z.boolean() })),
  tasks: z.array(z.object(point)),
});

/** What an event of a drawn map carries. */
export const coverageMeasured = z.object({ of: z.enum(['half', 'kept']), map });

/** A report's maps. */
export const coverage = z.object({ half: z.optional(map), kept: z.optional(map) });
