/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.snapshot.Snapshot;

/** Finds places at a destination for one device after the other; what one got the next does not get. */
final class Placement {
    private static final int SHOWN = 8;

    private final Snapshot destination;
    private final PreflightOptions options;
    private final Map<String, Integer> made = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    Placement(Snapshot destination, PreflightOptions options) {
        this.destination = destination;
        this.options = options;
    }

    /** The place for a device of the source. */
    Place find(HostDevice device) {
        Optional<HostDevice> asked =
                options.wanted(device.name()).flatMap(name -> here(name).or(Optional::empty));
        Place place;
        if (asked.isPresent()) {
            place = existing(device, asked.get());
        } else if (device.kind() == DeviceKind.MDEV) {
            place = creatable(device);
        } else {
            place = options.wanted(device.name())
                    .map(name -> Place.none(Place.State.DEVICE_MISSING, List.of(name)))
                    .orElseGet(() -> fitting(device));
        }
        if (!place.name().isEmpty()) {
            taken.add(place.name());
        }
        return place;
    }

    private Optional<HostDevice> here(String name) {
        List<HostDevice> devices = destination.inventory().devices();
        for (int i = 0; i < devices.size(); i++) {
            if (devices.get(i).name().equals(name)) {
                return Optional.of(devices.get(i));
            }
        }
        return Optional.empty();
    }

    private Place existing(HostDevice device, HostDevice there) {
        if (!fits(device, there)) {
            return Place.there(Place.State.OTHER, there, List.of(what(there)));
        }
        if (there.usage().isInUse() || taken.contains(there.name())) {
            return Place.there(Place.State.BUSY, there, List.of(held(there)));
        }
        return Place.there(there.isVfioBound() ? Place.State.EXISTING : Place.State.NOT_BOUND, there, List.of());
    }

    /** A function or a platform device cannot be made: one that fits has to be there. */
    private Place fitting(HostDevice device) {
        List<HostDevice> fitting = destination.inventory().devices().stream()
                .filter(there -> fits(device, there))
                .toList();
        Optional<HostDevice> free = fitting.stream()
                .filter(d -> d.isVfioBound() && !d.usage().isInUse() && !taken.contains(d.name()))
                .findFirst();
        if (free.isPresent()) {
            return existing(device, free.get());
        }
        return fitting.isEmpty()
                ? Place.none(Place.State.DEVICE_MISSING, List.of("any that fits"))
                : Place.none(Place.State.BUSY, shown(fitting));
    }

    private static boolean fits(HostDevice device, HostDevice there) {
        return switch (device.kind()) {
            case MDEV -> there.kind() == DeviceKind.MDEV && Objects.equals(device.typeOrNull(), there.typeOrNull());
            case PCI ->
                there.kind() == DeviceKind.PCI
                        && ((device.pciIdOrNull() == null || there.pciIdOrNull() == null)
                                ? Objects.equals(device.driverOrNull(), there.driverOrNull())
                                : device.pciIdOrNull().equals(there.pciIdOrNull()));
            case VFIO_USER -> false;
            case PLATFORM ->
                there.kind() == DeviceKind.PLATFORM && Objects.equals(device.driverOrNull(), there.driverOrNull());
        };
    }

    private Place creatable(HostDevice device) {
        List<MdevParent> offering = new ArrayList<>();
        boolean isUnknown = false;
        for (MdevParent parent : destination.inventory().parents()) {
            Optional<MdevParent.Type> type = device.type().flatMap(parent::type);
            if (type.isEmpty()) {
                continue;
            }
            Integer available = type.get().availableOrNull();
            String key = parent.name() + "/" + type.get().id();
            isUnknown |= available == null;
            if (available != null && available > made.getOrDefault(key, 0)) {
                made.merge(key, 1, Integer::sum);
                return new Place(Place.State.CREATABLE, newName(device), parent, type.get(), null, List.of());
            }
            offering.add(parent);
        }
        if (offering.isEmpty()) {
            return Place.none(Place.State.TYPE_MISSING, types());
        }
        MdevParent parent = offering.getFirst();
        Place.State state = isUnknown ? Place.State.AVAILABILITY_UNKNOWN : Place.State.FULL;
        MdevParent.Type type = device.type().flatMap(parent::type).orElse(null);
        return new Place(state, "", parent, type, null, holders(offering));
    }

    /** What was asked for; else the same as at the source unless the destination has such a one; else one that follows from both. */
    private String newName(HostDevice device) {
        Optional<String> wanted = options.wanted(device.name());
        if (wanted.isPresent()) {
            return wanted.get();
        }
        String name = device.name();
        for (int i = 1; here(name).isPresent() || taken.contains(name); i++) {
            String seed = destination.hostName() + "/" + device.name() + "/" + i;
            name = UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
        }
        return name;
    }

    /** Devices of the parents: those that hold what another one would take. */
    private List<String> holders(List<MdevParent> parents) {
        Set<String> names = new HashSet<>();
        parents.forEach(parent -> names.add(parent.name()));
        return shown(destination.inventory().devices().stream()
                .filter(device -> device.kind() == DeviceKind.MDEV && names.contains(device.parentOrNull()))
                .toList());
    }

    private List<String> types() {
        Set<String> types = new LinkedHashSet<>();
        for (MdevParent parent : destination.inventory().parents()) {
            parent.types().forEach(type -> types.add(type.id()));
        }
        return types.isEmpty() ? List.of("no types at all") : cut(List.copyOf(types), type -> type);
    }

    private static List<String> shown(List<HostDevice> devices) {
        return devices.isEmpty() ? List.of("devices that its snapshot does not show") : cut(devices, Placement::held);
    }

    /** The first few in words, and how many more there are. */
    private static <T> List<String> cut(List<T> all, Function<T, String> words) {
        List<String> cut = new ArrayList<>(SHOWN + 1);
        for (int i = 0; i < Math.min(all.size(), SHOWN); i++) {
            cut.add(words.apply(all.get(i)));
        }
        if (all.size() > SHOWN) {
            cut.add((all.size() - SHOWN) + " more");
        }
        return cut;
    }

    private static String held(HostDevice device) {
        List<Usage.Holder> holders = device.usage().holders();
        if (!holders.isEmpty()) {
            return device.name() + " (held by " + holders.getFirst() + ")";
        }
        return device.name()
                + switch (device.usage().state()) {
                    case IN_USE -> " (in use)";
                    case FREE -> " (made, not in use)";
                    case UNKNOWN -> "";
                };
    }

    private static String what(HostDevice device) {
        return switch (device.kind()) {
            case MDEV -> "a mediated device of type " + device.type().orElse("unknown");
            case PCI ->
                "a PCI function "
                        + (device.pciIdOrNull() == null ? device.driver().orElse("") : device.pciIdOrNull());
            case PLATFORM -> "a platform device";
            case VFIO_USER -> "a device served over vfio-user";
        };
    }
}
