/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.vfio4j.fleet.inventory.Card;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * A parent that has a type, beside what is reserved.
 *
 * @param host whose
 * @param card the parent with what is left of each type
 * @param type which
 * @param available how many more there can be
 * @param spoiled how many instances of larger types can no longer be made when one of these is
 * @param essence of the place
 */
record Offer(FleetHost host, Card card, String type, int available, int spoiled, Snapshot essence) {
    static Offer of(FleetHost host, MdevParent parent, MdevParent.Type type, Judging judging) {
        Card card = Card.of(parent, host.left().inventory().devices());
        return new Offer(
                host,
                card,
                type.id(),
                type.available().orElse(0),
                spoiled(card, type),
                judging.one(Essence.ofPlace(host.left(), parent, type)));
    }

    String parent() {
        return card.parent().name();
    }

    /** The types that shrink when one of these is made, itself left out: {@code nvidia-22 4 to 3}. */
    List<String> shrinking() {
        Card after = card.take(type);
        List<String> shrinking = new ArrayList<>();
        for (MdevParent.Type other : card.parent().types()) {
            int before = other.available().orElse(0);
            int left = after.left(other.id()).orElse(0);
            if (left != before && !other.id().equals(type)) {
                shrinking.add(other.id() + " " + before + " to " + left);
            }
        }
        return shrinking;
    }

    /** Larger by size where both say it; else by how few of it a card takes. */
    private static int spoiled(Card card, MdevParent.Type type) {
        if (type.available().orElse(0) == 0) {
            return 0;
        }
        Card after = card.take(type.id());
        OptionalLong size = Card.size(type);
        int spoiled = 0;
        for (MdevParent.Type other : card.parent().types()) {
            OptionalLong others = Card.size(other);
            if (size.isPresent() && others.isPresent() && others.getAsLong() > size.getAsLong()) {
                spoiled += other.available().orElse(0) - after.left(other.id()).orElse(0);
            }
        }
        return spoiled;
    }
}
