import type { Clock } from '../core/ports.ts'

export const systemClock: Clock = { now: () => new Date() }
export const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms))
