package abi

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

// LoadError says why there is no library; Code is "no_library" or "library_version".
type LoadError struct{ Code, Message, Hint string }

func (e *LoadError) Error() string { return e.Message + "\n  hint: " + e.Hint }

var (
	loadOnce sync.Once
	loaded   *Library
	loadErr  *LoadError

	// LogCallback and AskCallback are what C calls; set once the library is loaded.
	LogCallback, AskCallback Function
)

// Load finds the library, once: the variable PGIAM_LIBRARY, else the system's linker.
func Load() (*Library, *LoadError) {
	loadOnce.Do(func() {
		loaded, loadErr = load(os.Getenv("PGIAM_LIBRARY"))
		if loadErr == nil {
			LogCallback, AskCallback = callbacks()
		}
	})
	return loaded, loadErr
}

func fileName() string {
	switch runtime.GOOS {
	case "darwin":
		return "libpgiam.1.dylib"
	case "windows":
		return "pgiam.dll"
	}
	return "libpgiam.so.1"
}

type candidate struct{ path, place string }

func candidates(named string) []candidate {
	if named != "" {
		return []candidate{{named, named + " (PGIAM_LIBRARY)"}}
	}
	// Not beside the program: anybody may write to the folder of one that was built in /tmp.
	return []candidate{{fileName(), fileName() + " (the system's linker)"}}
}

func load(named string) (*Library, *LoadError) {
	getIt := "install pgiam (its package, or `cmake --install`), or set PGIAM_LIBRARY to the full path of " + fileName()
	var tried []string
	for _, candidate := range candidates(named) {
		handle, err := open(candidate.path)
		if err != nil {
			tried = append(tried, candidate.place+": "+err.Error())
			continue
		}
		return declared(handle, candidate.path, getIt)
	}
	message := fileName() + " was not found; looked for as " + strings.Join(tried, "; ")
	return nil, &LoadError{"no_library", message, getIt}
}

// declared refuses a library of another ABI by name, before a function that it lacks is missed.
func declared(handle uintptr, path, getIt string) (*Library, *LoadError) {
	abiVersion, err := symbol(handle, "pgiam_abi_version")
	getAPI, err2 := symbol(handle, "pgiam_get_api")
	if err != nil || err2 != nil {
		return nil, &LoadError{"no_library", path + " is not pgiam's library", getIt}
	}
	version := uint32(call(abiVersion, 0, 0, 0, 0, 0))
	major, minor := version>>16, version&0xffff
	if call(getAPI, AbiMajor, 0, 0, 0, 0) == 0 || (major == AbiMajor && minor < AbiMinor) {
		age := "older"
		if major > AbiMajor {
			age = "newer"
		}
		return nil, &LoadError{"library_version",
			fmt.Sprintf("%s speaks ABI %d.%d, which is %s than the %d.%d that this Go package is for", path,
				major, minor, age, AbiMajor, AbiMinor),
			"use the module and the library of one version"}
	}
	library := &Library{Path: path}
	if err := library.find(func(name string) (uintptr, error) { return symbol(handle, name) }); err != nil {
		return nil, &LoadError{"library_version", err.Error(), "use the module and the library of one version"}
	}
	return library, nil
}
