import { access, constants } from 'node:fs/promises'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readStatePlace } from '../config/environment.ts'
