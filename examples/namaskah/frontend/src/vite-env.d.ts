interface ImportMetaEnv {
  /** Where the API is; empty or missing for the origin that serves the page. */
  readonly VITE_API_URL?: string;
}
