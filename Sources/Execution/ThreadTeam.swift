import CKernels

/// The threads that kernels run on, beside those that OpenMP was asked for.
package struct ThreadTeam: Hashable, Sendable {
  /// Why there are fewer than were asked for.
  package enum Shortfall: Sendable {
    /// OMP_THREAD_LIMIT.
    case limited
    /// OMP_MAX_ACTIVE_LEVELS is 0.
    case nothingParallel
    /// More than any use could be made of.
    case tooMany
    /// The system makes no more, or OpenMP gives no more for another reason.
    case refused
  }

  package var asked: Int
  package var given: Int
  package var shortfall: Shortfall?
  /// OMP_DYNAMIC asks for a number that changes while the program runs; it stays the same nevertheless.
  package var wasDynamic: Bool

  package init(asked: Int, given: Int, shortfall: Shortfall? = nil, wasDynamic: Bool = false) {
    self.asked = asked
    self.given = given
    self.shortfall = shortfall
    self.wasDynamic = wasDynamic
  }

  /// That of the calling thread.
  package static var current: ThreadTeam {
    let team = ck_settled_team()
    let shortfall: Shortfall? =
      switch team.shortfall {
      case CK_TEAM_LIMITED: .limited
      case CK_TEAM_LEVELS: .nothingParallel
      case CK_TEAM_ABSURD: .tooMany
      case CK_TEAM_REFUSED: .refused
      default: nil
      }
    return ThreadTeam(
      asked: Int(team.asked), given: Int(team.given), shortfall: shortfall,
      wasDynamic: team.was_dynamic != 0)
  }
}
