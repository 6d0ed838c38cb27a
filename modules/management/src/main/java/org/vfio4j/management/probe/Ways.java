/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.SocketHost;
import org.vfio4j.management.host.UserHost;

/** Which ways of asking a host offers. */
public final class Ways {
    /** Every way there is, the least intrusive first. */
    public static final List<String> NAMES =
            List.of("sysfs", "features", "group", "debugfs", "handshake", "read-only", "open");

    private Ways() {}

    /**
     * The ways of a host, the least intrusive first.
     *
     * @param mayReset whether physical devices may be opened, which resets them
     */
    public static List<Way> of(Host host, boolean mayReset) {
        Way open = new OpenWay(host, mayReset);
        return switch (host) {
            case KernelHost kernel -> {
                Way sysfs = new SysfsWay(kernel);
                Way debugfs = new DebugfsWay(kernel);
                yield kernel.isThisMachine() ? List.of(sysfs, debugfs, open) : List.of(sysfs, debugfs);
            }
            case UserHost user -> {
                List<Way> ways =
                        new ArrayList<>(List.of(new UserSysfsWay(user), new FeaturesWay(user), new GroupWay(user)));
                if (user.isServed()) {
                    ways.add(new HandshakeWay());
                }
                ways.addAll(List.of(new ReadOnlyWay(user, mayReset), open));
                yield ways;
            }
            case SocketHost _ -> List.of(new HandshakeWay(), open);
            default -> List.of(open);
        };
    }

    /** Why a host does not offer a way; empty if it does. */
    public static Optional<String> whyNot(Host host, String way) {
        if (of(host, false).stream().anyMatch(w -> w.name().equals(way))) {
            return Optional.empty();
        }
        if (host instanceof SocketHost) {
            return Optional.of("a vfio-user socket has no such way");
        }
        return Optional.of(
                switch (way) {
                    case "features" -> "proposed in 2018 (VFIO_DEVICE_PROBE_FEATURES); no Linux kernel has it";
                    case "group" -> "proposed in 2018 (queries through the group); no Linux kernel has it";
                    case "read-only" -> "proposed in 2018 (a read-only device fd); no Linux kernel has it";
                    case "handshake" -> "only a device behind a vfio-user socket has it";
                    case "debugfs" -> "only a Linux kernel has it, from 6.18";
                    case "open" -> "a device of a captured tree cannot be opened";
                    default -> "this host does not offer it";
                });
    }
}
