/** Where the models are served, whatever folder the app is served from. */
export const modelsUrl = new URL(`${import.meta.env.BASE_URL}models/`, self.location.origin).href;
