// Takes the place of the package get-nonce, through which react-remove-scroll (under Mantine's modals) asks for the
// nonce of the style element that it adds; by itself it knows none, and the Content-Security-Policy refuses the style.

/** The nonce that the server wrote into the page. */
export function getNonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce;
}
