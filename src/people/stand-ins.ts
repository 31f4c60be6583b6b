import { hash, randomBytes } from 'node:crypto'

/**
 * What stands for texts, numbers and moments in a copy that strangers may see. The same one always has the same stand-in,
 * as long as the salt lives, which is random and kept nowhere: nothing leads back.
 */
export interface StandIns {
  text(text: string): string
  number(number: number): number
  /** Keeps which of two moments was the earlier one. */
  moment(moment: Date): Date
}

// Without vowels no word can appear by chance, and without digits in front nothing that is taken for an id.
const consonants = 'bcdfghjklmnpqrstvwxz'
const signs = `${consonants}23456789`

const DAY = 24 * 60 * 60 * 1000
const MONTH = 30 * DAY

export function createStandIns(): StandIns {
  const salt = randomBytes(32).toString('hex')
  const drawNumber = (about: string): number =>
    Number.parseInt(hash('sha256', `${salt}${about}`, 'hex').slice(0, 8), 16)
  const drawPart = (about: string): number => drawNumber(about) / 2 ** 32
  // Latin1 is a byte per character; a Buffer for each word costs more than its digest.
  const drawBytes = (about: string): string => hash('sha256', `${salt}${about}`, 'binary')
  const agoMs = 365 * DAY * (1 + 2 * drawPart('ago'))

  /** Names that differ in blanks and punctuation only begin alike: `Ada King`, `ada-king` and `ada.king@…`. */
  function word(text: string): string {
    const whole = text.normalize('NFC').trim().toLowerCase()
    const bare = whole.replaceAll(/[^\p{L}\p{N}]+/gu, '') || whole
    const bytes = drawBytes(`bare ${bare}`)
    const start = `${spell(bytes.slice(0, 1), consonants)}${spell(bytes.slice(1, 12), signs)}`
    const end = bare === whole ? '' : `-${spell(drawBytes(`whole ${whole}`).slice(0, 5), signs)}`
    const isLower = text === text.toLowerCase()
    return `${isLower ? start : start.charAt(0).toUpperCase() + start.slice(1)}${end}`
  }

  const months = new Map<number, number>()
  /** Where the start of a month lies: shifted by up to half of one, so that months keep their order. */
  function monthAt(month: number): number {
    const at = months.get(month) ?? (month + drawPart(`month ${month}`) / 2) * MONTH - agoMs
    months.set(month, at)
    return at
  }

  return {
    text(text) {
      const [, name, domain] = /^([^@]+)@([^@]+)$/.exec(text.trim()) ?? []
      if (name !== undefined && domain !== undefined) return `${word(name)}@${word(domain.toLowerCase())}.example.com`
      return text.trim() === '' ? '' : word(text)
    },
    number: (number) => 1000 + drawNumber(`number ${number}`),
    moment(moment) {
      const month = Math.floor(moment.getTime() / MONTH)
      const part = moment.getTime() / MONTH - month
      const start = monthAt(month)
      return new Date(Math.round(start + part * (monthAt(month + 1) - start)))
    },
  }
}

function spell(bytes: string, signs: string): string {
  let text = ''
  for (let at = 0; at < bytes.length; at++) text += signs[bytes.charCodeAt(at) % signs.length] ?? ''
  return text
}
