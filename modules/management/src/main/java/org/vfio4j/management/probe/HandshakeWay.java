/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.vfio.user.Offer;
import org.vfio4j.vfio.user.VfioUserDevice;

/**
 * The VERSION messages of vfio-user: what a server tells of its device before a client attaches, also while another has it. Only servers of this
 * library tell; with others this way has nothing to say.
 */
public final class HandshakeWay implements Way {
    private static final String NAME = "handshake";
    private static final Map<Question, String> FEATURES = Map.of(
            Question.DISPLAY_REGION, Offer.DISPLAY_REGION,
            Question.DISPLAY_DMABUF, Offer.DISPLAY_DMABUF,
            Question.EDID, Offer.EDID,
            Question.MIGRATION, Offer.MIGRATION,
            Question.DIRTY_TRACKING, Offer.DIRTY_TRACKING);

    /** Asks by the socket that a device has, if it has one. */
    public HandshakeWay() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        return "leave to connect to the device's socket";
    }

    @Override
    public String touches() {
        return "the server, by a connection; not the device";
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        if (device.socket().isEmpty()) {
            return answers;
        }
        try (VfioUserDevice server =
                VfioUserDevice.connect(Path.of(device.socket().get()))) {
            Optional<Offer> offer = server.offer();
            FEATURES.forEach((question, feature) ->
                    offer.flatMap(told -> answer(told, feature)).ifPresent(answer -> answers.put(question, answer)));
        } catch (ErrnoException e) {
            Answer failed = OpenRefusals.noAnswer(NAME, "VERSION", e);
            FEATURES.keySet().forEach(question -> answers.put(question, failed));
        }
        return answers;
    }

    private static Optional<Answer> answer(Offer offer, String feature) {
        Boolean has = offer.features().get(feature);
        if (has == null) {
            return Optional.empty();
        }
        String evidence = "VERSION: " + feature + " " + has;
        if (!has) {
            return Optional.of(new Answer.No(NAME, evidence));
        }
        List<String> flags = feature.equals(Offer.MIGRATION) ? MigrationFlags.words(offer.migrationFlags()) : List.of();
        return Optional.of(flags.isEmpty() ? new Answer.Yes(NAME, evidence) : new Answer.Yes(NAME, evidence, flags));
    }
}
