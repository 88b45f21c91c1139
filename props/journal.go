package props

import "assay/props/run"

// Journal remembers the answers of candidates in a file; see [Remember].
type Journal = run.Journal

// OpenJournal opens the journal at path, which is made if there is none. A last line
// that was cut short, as when the process was killed, is dropped; any other line that
// is not an entry is an error that names the line.
func OpenJournal(path string) (*Journal, error) { return run.OpenJournal(path) }
