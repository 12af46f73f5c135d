/// The version of the program: results are the same to the last bit within one alone, so it is raised with every change of
/// the arithmetic.
package let programVersion = "0.2.0"
