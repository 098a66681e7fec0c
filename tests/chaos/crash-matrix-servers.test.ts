import { crashMatrix } from './crash-matrix.ts';

crashMatrix('postgres+redis');
