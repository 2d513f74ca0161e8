import a11y from "eslint-plugin-jsx-a11y";
import { defineConfig, globalIgnores } from "eslint/config";
import ts from "typescript-eslint";

export default defineConfig(globalIgnores(["dist"]), ts.configs.recommended, {
  files: ["**/*.jsx"],
  extends: [a11y.flatConfigs.recommended],
});
