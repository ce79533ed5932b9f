// What weirctl says of itself, from the tables of its commands and options.

#ifndef WEIR_CONTROL_WEIRCTL_HELP_H_
#define WEIR_CONTROL_WEIRCTL_HELP_H_

#include <ostream>

namespace weir {

// For --help.
void PrintHelp(std::ostream& out);

// The manual page, as groff's man macros.
void PrintManual(std::ostream& out);

// Commands, separated by commas.
void PrintCommandNames(std::ostream& out);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_HELP_H_
