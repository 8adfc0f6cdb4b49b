// Package newer has the drivers of Go's proxy, which are newer than Debian's.
package newer

import _ "github.com/lib/pq" // the version that drivers/pq is built with here
