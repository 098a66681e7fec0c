/** One configuration for every tier; `npm test` runs them as projects of their own (see scripts/test.js). */
export default {
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  testEnvironment: 'node',
  globalSetup: '<rootDir>/tests/kit/global-setup.js',
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/bench'],
  testTimeout: 30_000,
  // Modules of a finished file stay in a worker's heap; at 2 GB its collector costs more than the tests.
  workerIdleMemoryLimit: '500MB',
};
