/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.Definition.Attribute;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;

/** A user-space host with its definitions: what mdevctl does for the kernel's, in its words. Safe for use by many threads. */
public final class DefinedHost {
    private final UserHost host;
    private final Definitions definitions;

    public DefinedHost(UserHost host, Definitions definitions) {
        this.host = host;
        this.definitions = definitions;
    }

    /** The host. */
    public UserHost host() {
        return host;
    }

    /** Its definitions. */
    public Definitions definitions() {
        return definitions;
    }

    /**
     * What a user said of a device; what he left out is filled in from its definition or from the device.
     *
     * @param uuidOrNull its name; null for a new one
     * @param parentOrNull its parent
     * @param typeOrNull its type
     */
    public record Wanted(
            @Nullable UUID uuidOrNull,
            @Nullable String parentOrNull,
            @Nullable String typeOrNull) {
        Optional<String> parent() {
            return Optional.ofNullable(parentOrNull);
        }
    }

    /** Makes a device: a defined one by its UUID, any other by parent and type. */
    public HostDevice start(Wanted wanted) {
        UUID uuid = wanted.uuidOrNull();
        if (uuid != null && wanted.typeOrNull() == null) {
            return start(definitions
                    .find(uuid, wanted.parent())
                    .orElseThrow(() -> new RefusedException(
                            Errno.ENOENT,
                            "there is no definition of " + uuid + ", so its parent and its type are not known",
                            "Say them with --parent and --type; vfio types --host user shows what there is.")));
        }
        String parent = wanted.parentOrNull();
        String type = wanted.typeOrNull();
        if (parent == null || type == null) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "a device that is not defined needs a parent and a type",
                    "Say them with --parent and --type; vfio types --host user shows what there is.");
        }
        return host.start(parent, type, uuid == null ? UUID.randomUUID() : uuid);
    }

    /** Removes an active device; its definition stays. */
    public void stop(UUID uuid, Duration bound) {
        host.stop(uuid, bound);
    }

    /** Writes down a device, an active one by its UUID alone. The parent and the type need not be there yet. */
    public Definition define(Wanted wanted, Start start, List<Attribute> attributes) {
        UUID uuid = wanted.uuidOrNull() == null ? UUID.randomUUID() : wanted.uuidOrNull();
        String parent = wanted.parentOrNull();
        String type = wanted.typeOrNull();
        if (parent == null || type == null) {
            HostDevice active = active(uuid)
                    .orElseThrow(() -> new RefusedException(
                            Errno.EINVAL,
                            uuid + " is no active device, so its parent and its type are not known",
                            "Say them with --parent and --type."));
            parent = active.parent().orElseThrow();
            type = active.type().orElseThrow();
        }
        Definition definition = new Definition(uuid, parent, type, start, attributes);
        definitions.define(definition);
        return definition;
    }

    /** Takes a definition away; an active device stays. */
    public void undefine(UUID uuid, Optional<String> parent) {
        definitions.undefine(require(uuid, parent));
    }

    /** Changes a definition; an active device stays as it is. */
    public Definition modify(UUID uuid, Optional<String> parent, Modification change) {
        synchronized (definitions) {
            Definition changed = change.of(require(uuid, parent));
            definitions.replace(changed);
            return changed;
        }
    }

    /** The mediated device of that UUID, if it is active. */
    public Optional<HostDevice> active(UUID uuid) {
        return host.find(uuid.toString()).filter(d -> d.parent().isPresent());
    }

    /** Makes every device that is defined to start by itself and is not there. What cannot be made is a finding. */
    public List<Finding> autostart() {
        return autostart(Set.of());
    }

    /**
     * The same, but for some.
     *
     * @param elsewhere devices that are not to be made, since they may be another host's
     */
    public List<Finding> autostart(Set<UUID> elsewhere) {
        Definitions.Listing listing = definitions.list();
        List<Finding> findings = new ArrayList<>(listing.findings());
        for (Definition definition : listing.definitions()) {
            if (definition.start() == Start.AUTO
                    && !elsewhere.contains(definition.uuid())
                    && active(definition.uuid()).isEmpty()) {
                try {
                    start(definition);
                } catch (ErrnoException e) {
                    findings.add(new Finding(
                            "autostart-failed",
                            Finding.Severity.WARNING,
                            definition.uuid().toString(),
                            "was not started: " + e.getMessage(),
                            e instanceof RefusedException refused ? refused.remedy() : ""));
                }
            }
        }
        return findings;
    }

    /** Makes a device as it is written down; one whose attributes cannot all be set is taken away again, as mdevctl does. */
    public HostDevice start(Definition definition) {
        HostDevice device = host.start(definition.parent(), definition.type(), definition.uuid());
        for (Attribute attribute : definition.attributes()) {
            try {
                host.write(definition.uuid(), attribute.name(), attribute.value());
            } catch (RefusedException e) {
                host.stop(definition.uuid(), Duration.ZERO);
                throw new RefusedException(
                        Errno.EPROTO,
                        "not started as it is defined: " + e.getMessage(),
                        "Change the definition: vfio modify " + definition.uuid() + " --delattr, then --addattr.");
            }
        }
        return device;
    }

    private Definition require(UUID uuid, Optional<String> parent) {
        return definitions.find(uuid, parent).orElseThrow(() -> Definitions.undefined(uuid));
    }
}
