/** The folder of the origin-private file system that holds downloaded models, apart from the person's own work. */
export const modelsRoot = 'whittle-models';

/** The folder with the person's own work: runs, adapters, a domain, choices. */
export const workRoot = 'whittle';
